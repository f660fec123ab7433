/**
 * Planned renames: people whose address in the IdP has changed. The account knows people by address, so
 * that the new address is another account user, who takes the place of the old one.
 */
import type { DirectorySnapshot } from '../directory/snapshot.ts'
import type { State } from './state.ts'
import type { StepAction } from './step.ts'

export interface Rename {
  readonly from: Named
  readonly to: Named
}

interface Named {
  readonly emailKey: string
  readonly email: string
}

/**
 * By the folded address that was left. Of a chain a → b → c, both a and b lead to c. Who is deactivated
 * or deleted meanwhile has nothing to carry over: then the old address is that of a leaver.
 */
export function renames({
  people,
  departures,
}: Pick<DirectorySnapshot, 'people' | 'departures'>): ReadonlyMap<string, Rename> {
  const result = new Map<string, Rename>()
  for (const [emailKey, { email }] of departures) {
    const successorKey = lastSuccessor(emailKey, departures)
    const person = successorKey === undefined ? undefined : people.get(successorKey)
    if (person?.active !== true) continue
    result.set(emailKey, {
      from: { emailKey, email },
      to: { emailKey: person.emailKey, email: person.email },
    })
  }
  return result
}

/** Where the person who left this address is to be found now; undefined when it was no rename. */
export function lastSuccessor(
  emailKey: string,
  departures: DirectorySnapshot['departures'],
): string | undefined {
  const seen = new Set([emailKey])
  let found: string | undefined
  for (let next = departures.get(emailKey)?.successorKey; next !== undefined; ) {
    if (seen.has(next)) return undefined
    seen.add(next)
    found = next
    next = departures.get(next)?.successorKey
  }
  return found
}

/** The part of an action that says who takes the place of this person. */
export function successorOf(
  emailKey: string,
  all: ReadonlyMap<string, Rename>,
): { readonly successor?: string } {
  const rename = all.get(emailKey)
  return rename === undefined ? {} : { successor: rename.to.emailKey }
}

/** Old addresses by the folded new one, of those who are still in the account under the old one. */
export function replacedNames(
  all: ReadonlyMap<string, Rename>,
  observed: State,
): ReadonlyMap<string, readonly string[]> {
  const there = [...all.values()].filter(({ from }) => observed.users.has(from.emailKey))
  return new Map(
    [...Map.groupBy(there, ({ to }) => to.emailKey)].map(([key, own]) => [
      key,
      own.map(({ from }) => from.email),
    ]),
  )
}

/** Whether what the action takes from the old user of a rename is, or will be, with the new one. */
export function isKept(action: StepAction, desired: State): boolean {
  if (action.kind !== 'remove-member' && action.kind !== 'remove-user') return false
  const { successor } = action
  if (successor === undefined) return false
  if (action.kind === 'remove-user') return desired.users.has(successor)
  return desired.members.get(action.group)?.has(successor) === true
}
