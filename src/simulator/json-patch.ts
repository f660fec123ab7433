/** What changed between two JSON values, as RFC 6902 operations. Lists that differ are replaced as a whole. */
import { canonicalJson } from '../lib/digest.ts'

export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace'
  /** A JSON pointer (RFC 6901); empty for the whole value. */
  readonly path: string
  readonly value?: unknown
  /** The vendor's addition in the audit log of environments. */
  readonly oldValue?: unknown
}

/** The operations that turn one value into the other; none when they are equal. */
export function patchOf(before: unknown, after: unknown, oldValues = false, path = ''): PatchOperation[] {
  if (canonicalJson(before) === canonicalJson(after)) return []
  if (!isObject(before) || !isObject(after)) {
    return [{ op: 'replace', path, value: after, ...(oldValues ? { oldValue: before } : {}) }]
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((name): PatchOperation[] => {
    const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const [old, wanted] = [own(before, name), own(after, name)]
    if (old === undefined && wanted === undefined) return []
    if (old === undefined) return [{ op: 'add', path: at, value: wanted }]
    if (wanted === undefined) return [{ op: 'remove', path: at, ...(oldValues ? { oldValue: old } : {}) }]
    return patchOf(old, wanted, oldValues, at)
  })
}

/** Members called like something every object has are no exception. */
const own = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
