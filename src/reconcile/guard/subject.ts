/** Finds the user that our OAuth client acts as, and the groups that its rights come from. */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import { groupOf } from '../action.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { Subject } from './facts.ts'

/**
 * Undefined when the token does not say who it is, or when nothing the plan touches holds that user. Costs a call only
 * when rights of a federated group are to change, whose members nobody has read.
 */
export async function subjectOf(
  actions: readonly StepAction[],
  observed: ObservedState,
  federated: ReadonlySet<GroupRef>,
  dynatrace: Dynatrace,
): Promise<Subject | undefined> {
  const uid = dynatrace.subject()
  if (uid === undefined) return undefined
  const seen = seenAs(uid, observed)
  const isFederated = (action: StepAction) => federated.has(groupOf(action) ?? '')
  if (!actions.some(isFederated)) return seen
  const found = await dynatrace.users.get(
    observed.accountUsers.get(seen?.emailKey ?? '')?.email ?? addressOf(uid),
  )
  if (found === undefined) return seen
  return { emailKey: foldKey(found.email), groups: new Set([...(seen?.groups ?? []), ...found.groupIds]) }
}

function seenAs(uid: string, observed: ObservedState): Subject | undefined {
  const person = [...observed.accountUsers].find(([, user]) => user.uid === uid)?.[0]
  if (person !== undefined) {
    const groups = [...observed.state.members]
      .filter(([, members]) => members.has(person))
      .map(([ref]) => ref)
    return { emailKey: person, groups: new Set(groups) }
  }
  const emailKey = foldKey(addressOf(uid))
  const holding = [...observed.withServiceUsers].filter(([, emails]) =>
    emails.some(email => foldKey(email) === emailKey),
  )
  return holding.length === 0 ? undefined : { emailKey, groups: new Set(holding.map(([ref]) => ref)) }
}

/** The address of a service user, fixed for life (Dynatrace: service users). */
const addressOf = (uid: string): string => `${uid}@service.sso.dynatrace.com`
