/**
 * What a pass learned of people, kept for the Dynatrace extension of the SCIM user. Pure but for the end.
 *
 * A row is written when something in it changed. While nothing changes, `syncedAt` moves once an hour, so
 * that a pass in step writes next to nothing.
 */
import { writeAccountFacts } from '../directory/account-fact-writes.ts'
import { type AccountFact, accountFacts, allAccountFacts } from '../directory/account-facts.ts'
import { breathe, inTurns, type Work } from '../lib/turns.ts'
import type { Store } from '../store/store.ts'
import { environmentsOf, type Seen } from './open-environments.ts'
import type { Step, StepResult } from './step.ts'

const SYNCED_AGAIN_MS = 3_600_000
/** In one write, so that what SCIM has to write gets in between; each person's row stands alone. */
const PEOPLE_A_WRITE = 200

export async function keepFacts(
  seen: Seen,
  { store, now }: { readonly store: Store; readonly now: Date },
): Promise<void> {
  const learned = { ...seen, now, ...(await inTurns(prepared(seen))) }
  const keep = async (keys: readonly string[], known: ReadonlyMap<string, AccountFact>) => {
    const { changed, gone } = learnedFacts(keys, known, learned)
    await writeAccountFacts(store, changed, gone)
  }
  if (seen.scope.kind === 'keys') {
    const keys = [...seen.scope.emails]
    return keep(keys, await accountFacts(store.db, keys))
  }
  const unknown = new Set(seen.snapshot.people.keys())
  for await (const facts of allAccountFacts(store.db)) {
    const known = new Map(facts.map(fact => [fact.emailKey, fact]))
    for (const key of known.keys()) unknown.delete(key)
    await keep([...known.keys()], known)
  }
  const left = [...unknown]
  for (let start = 0; start < left.length; start += PEOPLE_A_WRITE) {
    await keep(left.slice(start, start + PEOPLE_A_WRITE), new Map())
    await breathe()
  }
}

interface Learned extends Seen {
  readonly now: Date
  /** By folded e-mail. */
  readonly stepsOf: ReadonlyMap<string, readonly Step[]>
  /** Undefined when not everything could be read. */
  readonly environments: ReadonlyMap<string, readonly string[]> | undefined
}

/** What is worked out once for all people. */
function* prepared(seen: Seen): Work<Pick<Learned, 'stepsOf' | 'environments'>> {
  const stepsOf = Map.groupBy(seen.plan.steps, step =>
    'emailKey' in step.action ? step.action.emailKey : '',
  )
  yield
  return { stepsOf, environments: yield* environmentsOf(seen) }
}

/**
 * A pass over part of the account says something of the people in its scope alone: of others it has not read
 * all groups. `gone`: folded e-mails of people who are neither in the account nor in the directory any more.
 */
function learnedFacts(
  keys: readonly string[],
  known: ReadonlyMap<string, AccountFact>,
  seen: Learned,
): { readonly changed: readonly AccountFact[]; readonly gone: readonly string[] } {
  const changed: AccountFact[] = []
  const gone: string[] = []
  for (const emailKey of keys) {
    if (seen.observed.blind.users.has(emailKey)) continue
    const before = known.get(emailKey)
    const steps = seen.stepsOf.get(emailKey) ?? []
    const isHere = isInAccount(emailKey, steps, seen)
    if (!isHere && !seen.snapshot.people.has(emailKey)) {
      if (before !== undefined) gone.push(emailKey)
      continue
    }
    const after = factOf(emailKey, steps, { ...seen, before, isHere })
    if (after !== undefined) changed.push(after)
  }
  return { changed, gone }
}

/** Undefined when nothing is worth writing. */
function factOf(
  emailKey: string,
  steps: readonly Step[],
  seen: Learned & { readonly before: AccountFact | undefined; readonly isHere: boolean },
): AccountFact | undefined {
  const { before, isHere, results, now } = seen
  const user = isHere ? seen.met.get(emailKey) : undefined
  const isBlurred = seen.environments === undefined
  const failure = steps.findLast(step => results.get(step.id)?.kind === 'failed')
  const inStep = !isBlurred && steps.every(step => results.get(step.id)?.kind === 'applied')
  const learned = {
    emailKey,
    uid: isHere ? (user?.uid ?? before?.uid) : undefined,
    status: isHere ? (user?.status ?? before?.status) : undefined,
    lastSignIn: isHere ? (user?.lastSignIn ?? before?.lastSignIn) : undefined,
    environments: isBlurred ? (before?.environments ?? []) : (seen.environments?.get(emailKey) ?? []),
    error: failure === undefined ? undefined : reasonOf(results.get(failure.id)),
  }
  const isSame = before !== undefined && JSON.stringify({ ...before, ...learned }) === JSON.stringify(before)
  const at = before?.syncedAt
  const isDue = inStep && (at === undefined || now.getTime() - Date.parse(at) >= SYNCED_AGAIN_MS)
  if (isSame && !isDue) return undefined
  return { ...learned, syncedAt: inStep ? now.toISOString() : at }
}

const reasonOf = (result: StepResult | undefined): string | undefined =>
  result === undefined || result.kind === 'applied' ? undefined : result.reason

function isInAccount(emailKey: string, steps: readonly Step[], { observed, results }: Seen): boolean {
  const done = (kind: 'invite-user' | 'remove-user') =>
    steps.some(step => step.action.kind === kind && results.get(step.id)?.kind === 'applied')
  return observed.state.users.has(emailKey) ? !done('remove-user') : done('invite-user')
}
