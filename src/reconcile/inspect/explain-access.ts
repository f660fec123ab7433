/** Whether a person can use a permission, and why: our evaluation of rules and directory, beside what the account says. */
import { placesAsked } from '../../access/explain/asked-places.ts'
import { type Explanation, explaining } from '../../access/explain/explain.ts'
import { membershipsOf } from '../../access/explain/memberships.ts'
import { possibleAccess } from '../../access/explain/possible.ts'
import type { ExplainFacts } from '../../access/explain/question.ts'
import type { Place } from '../../access/impact/side.ts'
import type { AccessModel } from '../../access/model.ts'
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import { inTurns } from '../../lib/turns.ts'
import {
  isKnownCondition,
  isKnownPermission,
  nearestCondition,
  nearestPermission,
} from '../../policy/catalogue.ts'
import type { Store } from '../../store/store.ts'
import { type AccessView, type AccessViewParts, viewOf } from '../access-view.ts'
import type { CatalogueReader } from '../catalogue-memory.ts'
import type { RunStore } from '../run-store.ts'
import { type AskedPerson, parkedIn } from './asked-person.ts'
import { inspectAccount, mostPlaces } from './inspect.ts'
import { tried } from './known.ts'

export interface ExplainParts extends AccessViewParts {
  readonly catalogue: CatalogueReader
  readonly store: Store
  readonly runs: Pick<RunStore, 'latestFull'>
  /** With what has ended. */
  readonly model: AccessModel
}

export interface AskedAccess {
  readonly permission: string
  readonly where: Readonly<Record<string, string>>
  readonly places: readonly Place[]
}

export interface ExplainedAccess {
  /** ISO 8601. */
  readonly at: string
  readonly places: readonly Explanation[]
  readonly problems: readonly string[]
}

/** An account that does not answer leaves things unknown, and is no error. */
export async function explainAccess(
  person: AskedPerson,
  asked: AskedAccess,
  parts: ExplainParts,
): Promise<ExplainedAccess> {
  const { facts, view } = await explainFacts(person, asked, parts)
  const first = await explainAll(asked, facts)
  const missing = groupsMissing(first, facts)
  const parked = missing.length === 0 ? new Map<string, number>() : await parkedIn(missing, parts.store)
  const places =
    parked.size === 0 ? first : await explainAll(asked, { ...facts, person: { ...person, parked } })
  return { at: view.at, places, problems: [...slipsIn(asked), ...view.problems, ...unlooked(asked)] }
}

/** All that an explanation is drawn from, read once. */
export async function explainFacts(
  person: AskedPerson,
  asked: Pick<AskedAccess, 'permission' | 'places'>,
  parts: ExplainParts,
): Promise<{ readonly facts: ExplainFacts; readonly view: AccessView }> {
  const { model, readSnapshot } = parts
  const emails = new Set(person.emailKey === undefined ? [] : [person.emailKey])
  const snapshot = await readSnapshot({ kind: 'keys', emails, groupIds: new Set() })
  const view = await viewOf(model, snapshot, parts)
  const account = await inspected(person, asked, view, parts)
  const possible = await inTurns(possibleAccess(model, snapshot.groups))
  return { view, facts: { person, view, whole: model, possible, account, now: parts.clock.now() } }
}

/** Environments by what the asker calls them; those that only the account has are looked for there. */
export async function askedPlaces(
  environment: string | undefined,
  { model, connection, catalogue }: ExplainParts,
) {
  const inFile = placesAsked(environment, model.environments, [])
  if (inFile.kind === 'places') return inFile
  const known = await tried(() => catalogue(inContext(connection), false))
  const environments = known.kind === 'read' ? [...known.value.environments.values()] : []
  return placesAsked(environment, model.environments, environments)
}

const inContext = (connection: ExplainParts['connection']): Dynatrace =>
  connection.with({ runId: 'access', requestIds: [] })

async function inspected(
  person: AskedPerson,
  { permission, places }: Pick<AskedAccess, 'permission' | 'places'>,
  { desired, snapshot }: AccessView,
  { connection, catalogue, store, runs }: ExplainParts,
): Promise<ExplainFacts['account']> {
  const { email, emailKey } = person
  if (email === undefined || emailKey === undefined) return undefined
  const groups = membershipsOf(emailKey, desired.groups, snapshot).map(({ group }) => group)
  return inspectAccount(
    { email, emailKey, permission, places, groups },
    { dynatrace: inContext(connection), catalogue, store, runs },
  )
}

export async function explainAll(
  { permission, where, places }: AskedAccess,
  facts: ExplainFacts,
): Promise<readonly Explanation[]> {
  const found: Explanation[] = []
  for (const place of places) found.push(await inTurns(explaining({ permission, where, place }, facts)))
  return found
}

/** Ids of the IdP groups that the person is not in, where that is what is missing. */
function groupsMissing(places: readonly Explanation[], { view }: ExplainFacts): readonly string[] {
  const names = new Set(places.flatMap(({ broken }) => (broken?.kind === 'idp-group' ? [broken.name] : [])))
  return view.snapshot.groups.filter(({ displayName }) => names.has(displayName)).map(({ id }) => id)
}

function slipsIn({ permission, where }: AskedAccess): readonly string[] {
  const slip = (what: string, name: string, near: string | undefined): string =>
    `The policy reference has no ${what} "${name}"${near === undefined ? '.' : `: did you mean ${near}?`}`
  return [
    ...(isKnownPermission(permission) ? [] : [slip('permission', permission, nearestPermission(permission))]),
    ...Object.keys(where)
      .filter(name => !isKnownCondition(name))
      .map(name => slip('condition', name, nearestCondition(name, permission) ?? nearestCondition(name))),
  ]
}

const unlooked = ({ places }: AskedAccess): readonly string[] =>
  places.length <= mostPlaces
    ? []
    : [
        `Dynatrace was asked about the first ${mostPlaces} places only: ask for one environment to compare it.`,
      ]
