/** `where=storage:bucket-name=default_logs`, which may be repeated: what is known of the thing a permission is used on. */
import { z } from 'zod'
import { OperationsError } from './operations-error.ts'

export const whereQuery = z
  .union([z.string(), z.array(z.string()).max(50)])
  .optional()
  .describe('`condition=value`; may be repeated. Conditions about anything else stay conditions.')

/** By condition name. */
export function attributesOf(where: z.output<typeof whereQuery>): Readonly<Record<string, string>> {
  const attributes = new Map<string, string>()
  for (const text of [where ?? []].flat()) {
    const equals = text.indexOf('=')
    const [name, value] = [text.slice(0, Math.max(0, equals)).trim(), text.slice(equals + 1).trim()]
    if (!/^[\w-]+:[\w.-]+$/.test(name) || value === '') {
      throw new OperationsError(
        400,
        'bad-where',
        `"${text}" is no condition with its value. Write where=storage:bucket-name=default_logs.`,
      )
    }
    if (attributes.has(name)) {
      throw new OperationsError(400, 'bad-where', `"where" says ${name} twice. Ask once for each value.`)
    }
    attributes.set(name, value)
  }
  return Object.fromEntries(attributes)
}
