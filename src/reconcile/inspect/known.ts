import type { Known } from '../../access/explain/evidence.ts'
import { messageOf } from '../../lib/errors.ts'

/** A failure as something that is not known. */
export async function tried<T>(read: () => Promise<T>): Promise<Known<T>> {
  try {
    return { kind: 'read', value: await read() }
  } catch (error) {
    return { kind: 'unread', why: messageOf(error) }
  }
}
