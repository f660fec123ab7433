/** Phases that bring people into the account and take them out of it. */
import { foldKey } from '../../lib/fold.ts'
import { semaphore } from '../../lib/semaphore.ts'
import type { Step } from '../step.ts'
import type { Outcome } from './ledger.ts'
import { type ApplyParts, stepsOf } from './parts.ts'
import { verify } from './verify.ts'

const AHEAD = 16
/** Up to this many users are looked up one by one, more by listing all. */
const ONE_BY_ONE = 3

/** `later`: people whose memberships follow in this plan, and whose presence is proven by those. */
export async function inviteUsers(
  all: readonly Step[],
  parts: ApplyParts,
  later: ReadonlySet<string>,
): Promise<void> {
  const steps = stepsOf(all, 'invite-user')
  const { dynatrace, ledger, ownership } = parts
  await ownership.intend(
    'user',
    steps.map(({ action }) => ({ name: action.email, sources: [] })),
  )
  const ahead = semaphore(AHEAD)
  const outcomes = await Promise.all(
    steps.map(step =>
      ahead(() => ledger.attempt([step], () => dynatrace.about([step.id]).users.invite(step.action.email))),
    ),
  )
  const keysOf = (outcome: Outcome) =>
    steps.filter((_, index) => outcomes[index] === outcome).map(step => step.action.emailKey)
  await ownership.confirmUsers(keysOf('applied'))
  // A claim on somebody who was certainly not invited would one day take a person invited by hand for ours.
  await ownership.forget('user', keysOf('refused'))
  const rest = steps.filter(step => !later.has(step.action.emailKey))
  await verify(rest, parts, async missing => {
    const there = await present(
      missing.map(step => step.action),
      parts,
    )
    return missing.filter(step => !there.has(step.action.emailKey))
  })
}

/** `unsettled`: people whose successor does not have everything yet; they stay for now. */
export async function removeUsers(
  all: readonly Step[],
  parts: ApplyParts,
  unsettled: ReadonlySet<string>,
): Promise<void> {
  const { dynatrace, ledger, ownership } = parts
  const everybody = stepsOf(all, 'remove-user')
  ledger.set(
    everybody.filter(step => unsettled.has(step.action.emailKey)),
    {
      kind: 'skipped',
      reason: 'The new user does not have everything yet, so the old one stays until it does.',
    },
  )
  const steps = everybody.filter(step => !unsettled.has(step.action.emailKey))
  for (const step of steps)
    await ledger.attempt([step], () => dynatrace.about([step.id]).users.remove(step.action.email))
  await verify(steps, parts, async missing => {
    const there = await present(
      missing.map(step => step.action),
      parts,
    )
    return missing.filter(step => there.has(step.action.emailKey))
  })
  const gone = steps.filter(step => ledger.applied(step))
  await ownership.forget(
    'user',
    gone.map(step => step.action.emailKey),
  )
}

interface Named {
  readonly emailKey: string
  readonly email: string
}

async function present(
  people: readonly Named[],
  { dynatrace, meet }: ApplyParts,
): Promise<ReadonlySet<string>> {
  if (people.length > ONE_BY_ONE) {
    const users = await dynatrace.users.list()
    for (const user of users) meet(user)
    return new Set(users.map(user => foldKey(user.email)))
  }
  const found = await Promise.all(
    people.map(async each => ({ each, user: await dynatrace.users.get(each.email) })),
  )
  for (const { user } of found) if (user !== undefined) meet(user)
  return new Set(found.filter(({ user }) => user !== undefined).map(({ each }) => each.emailKey))
}
