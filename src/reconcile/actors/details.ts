/**
 * What an event of the audit log says to have gone and come, whatever its generation: two values, before and after, or
 * a patch (RFC 6902). Their form is not documented, so that only what they hold counts and not where.
 */
import { z } from 'zod'
import { canonicalJson } from '../../lib/digest.ts'
import { foldKey } from '../../lib/fold.ts'

/** Elements of lists, and single members of objects. */
export type Entry = unknown

export interface Said {
  readonly lost: readonly Entry[]
  readonly gained: readonly Entry[]
}

/** Undefined when the event says nothing of what changed. */
export function saidIn(details: Readonly<Record<string, unknown>>): Said | undefined {
  const named = (pattern: RegExp) =>
    Object.entries(details).find(([name, value]) => pattern.test(name) && isSaid(value))?.[1]
  const before = entriesOf(named(/before|old/i))
  const after = entriesOf(named(/after|new/i))
  if (before.length + after.length > 0)
    return { lost: without(before, after), gained: without(after, before) }
  return saidByPatch(named(/patch/i))
}

/** Folded texts of an entry, at any depth. */
export function textsOf(entry: Entry): readonly string[] {
  if (typeof entry === 'string') return [foldKey(tidy(entry))]
  if (typeof entry === 'number') return [String(entry)]
  return typeof entry === 'object' && entry !== null ? Object.values(entry).flatMap(textsOf) : []
}

/** What an entry has under names like this, at its first level. */
export function membersCalled(entry: Entry, pattern: RegExp): readonly unknown[] {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return []
  return Object.entries(entry).flatMap(([name, value]) => (pattern.test(name) ? [value] : []))
}

/** As texts compare: white space is no difference. */
export const tidy = (text: string): string => text.trim().replace(/\s+/g, ' ')

const operations = z.array(
  z.object({
    op: z.string(),
    path: z.string(),
    value: z.unknown().optional(),
    oldValue: z.unknown().optional(),
  }),
)

function saidByPatch(patch: unknown): Said | undefined {
  const parsed = operations.safeParse(patch)
  if (!parsed.success || parsed.data.length === 0) return undefined
  // What was removed and is not named could be anything.
  if (parsed.data.some(({ op, oldValue }) => op !== 'add' && oldValue === undefined)) return undefined
  const entries = (side: 'value' | 'oldValue') => parsed.data.flatMap(one => patched(one.path, one[side]))
  const [lost, gained] = [entries('oldValue'), entries('value')]
  return { lost: without(lost, gained), gained: without(gained, lost) }
}

function patched(path: string, value: unknown): readonly Entry[] {
  if (Array.isArray(value)) return value
  if (!isSaid(value)) return []
  const name = path.split('/').at(-1) ?? ''
  return name === '' || /^(\d+|-)$/.test(name) ? entriesOf(value) : [{ [name]: value }]
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

function entriesOf(value: unknown): readonly Entry[] {
  if (!isSaid(value)) return []
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null) return [value]
  return Object.entries(value).flatMap(([name, each]) => (Array.isArray(each) ? each : [{ [name]: each }]))
}

/** As multisets. */
function without(entries: readonly Entry[], others: readonly Entry[]): readonly Entry[] {
  const left = new Map<string, number>()
  for (const other of others) left.set(keyOf(other), (left.get(keyOf(other)) ?? 0) + 1)
  return entries.filter(entry => {
    const count = left.get(keyOf(entry)) ?? 0
    if (count > 0) left.set(keyOf(entry), count - 1)
    return count === 0
  })
}

const keyOf = (entry: Entry): string => canonicalJson(entry ?? null)
