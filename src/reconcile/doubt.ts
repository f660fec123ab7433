/**
 * Doubted deactivations: `active: false` right behind a reactivation is likely to be an older request that
 * was overtaken. The person counts as inactive, but nothing is taken away before the IdP says it again.
 */
import type { DesiredGroup } from '../access/desired-group.ts'
import type { DirectorySnapshot, Person } from '../directory/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import { lastSuccessor } from './renames.ts'
import type { GroupRef } from './state.ts'
import type { StepAction } from './step.ts'

/** Why this step waits for a person, when it takes something away because of a doubted deactivation. */
export function doubtOf(
  action: StepAction,
  snapshot: DirectorySnapshot,
  desiredGroup: (ref: GroupRef) => DesiredGroup | undefined,
): string | undefined {
  if (action.kind !== 'remove-member' && action.kind !== 'remove-user') return undefined
  const key = snapshot.departures.has(action.emailKey)
    ? lastSuccessor(action.emailKey, snapshot.departures)
    : action.emailKey
  const person = key === undefined ? undefined : snapshot.people.get(key)
  if (person?.doubtedSince === undefined || person.active) return undefined
  if (action.kind === 'remove-member') {
    const group = desiredGroup(action.group)
    const isMember = (id: string) => snapshot.members.get(id)?.has(person.emailKey) === true
    // Who is no member any more would lose the group whatever becomes of the deactivation.
    if (group !== undefined && !group.sources.some(source => isMember(source.idpGroupId))) return undefined
  }
  return `${doubtText(person)} Held until the IdP says it again, or approve.`
}

export const doubtedDeactivations = (snapshot: DirectorySnapshot): readonly Finding[] =>
  [...snapshot.people.values().filter(person => person.doubtedSince !== undefined && !person.active)].map(
    person => ({
      kind: 'deactivation-doubted',
      severity: 'warning',
      subject: `user ${person.userName}`,
      message: `${doubtText(person)} Until the IdP says it again, nothing is taken away.`,
      remedy: 'Deactivate or activate the user in the IdP once more, or approve the held steps.',
      since: person.doubtedSince,
    }),
  )

function doubtText({ userName, reactivatedAt, doubtedSince }: Person): string {
  const ms = Date.parse(doubtedSince ?? '') - Date.parse(reactivatedAt ?? '')
  const when = Number.isNaN(ms) ? 'right' : ms < 1_000 ? 'less than 1 s' : `${Math.round(ms / 1_000)} s`
  return `The IdP deactivated ${userName} ${when} after it reactivated ${userName}; that may be a stale request.`
}
