/** Active people by what they are in: who is in the same Dynatrace groups on both sides gains and loses the same. */
import type { DirectorySnapshot, Person } from '../../directory/snapshot.ts'
import type { Work } from '../../lib/turns.ts'
import type { DesiredGroup } from '../desired-group.ts'
import type { Side } from './side.ts'

export interface Class {
  readonly people: readonly Person[]
  readonly before: readonly DesiredGroup[]
  readonly after: readonly DesiredGroup[]
}

export function* classesOf(before: Side, after: Side, snapshot: DirectorySnapshot): Work<readonly Class[]> {
  const old = yield* groupsByPerson(before.groups, snapshot)
  const now = yield* groupsByPerson(after.groups, snapshot)
  const classes = new Map<string, { people: Person[]; before: DesiredGroup[]; after: DesiredGroup[] }>()
  for (const person of snapshot.people.values()) {
    if (!person.active) continue
    const [had, has] = [old.get(person.emailKey) ?? [], now.get(person.emailKey) ?? []]
    const key = `${had.join()}|${has.join()}`
    const known = classes.get(key)
    if (known !== undefined) known.people.push(person)
    else {
      const pick = (groups: readonly DesiredGroup[], at: readonly number[]) =>
        at.flatMap(index => groups[index] ?? [])
      classes.set(key, { people: [person], before: pick(before.groups, had), after: pick(after.groups, has) })
    }
    yield
  }
  return [...classes.values()]
}

/** Folded e-mail → places in the list of groups, ascending. */
export function* groupsByPerson(
  groups: readonly DesiredGroup[],
  { members }: DirectorySnapshot,
): Work<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>()
  for (const [index, { sources }] of groups.entries()) {
    yield
    for (const idpGroupId of new Set(sources.map(source => source.idpGroupId))) {
      for (const emailKey of members.get(idpGroupId) ?? []) {
        const own = found.get(emailKey)
        if (own === undefined) found.set(emailKey, [index])
        else if (own.at(-1) !== index) own.push(index)
      }
    }
  }
  return found
}
