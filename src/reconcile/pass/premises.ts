/**
 * What a pass rests on before it looks at the account in detail: the registry of what is ours, the part
 * of the directory that the scope needs, and the groups that the rules make of it.
 */
import type { Desired } from '../../access/desired.ts'
import { type DesiredMemory, desiredMemory } from '../../access/desired-memory.ts'
import type { EndingGrant } from '../../access/ends.ts'
import type { AccessModel } from '../../access/model.ts'
import { isReservedGroupName } from '../../access/reserved-names.ts'
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { AccountGroup } from '../../dynatrace/dynatrace.ts'
import type { Finding } from '../../lib/finding.ts'
import { foldKey } from '../../lib/fold.ts'
import { breathe, inTurns } from '../../lib/turns.ts'
import { asIfAdopted } from '../adopt/adoption.ts'
import { type KeptElements, readKept } from '../adopt/kept.ts'
import { type Assignment, assignGroups, sourcesOf } from '../assign.ts'
import type { Catalogue } from '../catalogue.ts'
import { absentGroups, listGroups, ownedAsIfThere } from '../managed-groups.ts'
import type { Definitions } from '../owned-definitions.ts'
import { withoutMarkers } from '../ownership/marker.ts'
import { reservedName } from '../ownership/marker-findings.ts'
import { type Ownership, readOwnership } from '../ownership.ts'
import { lastSuccessor, type Rename, renames } from '../renames.ts'
import { holdsGroup, type Scope } from '../scope.ts'
import { readNames } from './names.ts'
import type { PassParts, PassRequest } from './request.ts'

export interface Premises {
  /** As asked, with the people and groups that cannot be looked at apart from it. */
  readonly scope: Scope
  readonly ownership: Ownership
  /** What adopted groups held before. */
  readonly kept: KeptElements
  /** Undefined when the scope holds no group. */
  readonly catalogue: Catalogue | undefined
  /** Without the marker. */
  readonly accountGroups: readonly AccountGroup[]
  /** As listed in this pass; undefined when it had no need of them. */
  readonly listed: readonly AccountGroup[] | undefined
  readonly snapshot: DirectorySnapshot
  /** By the folded address that was left. */
  readonly renamed: ReadonlyMap<string, Rename>
  readonly assignment: Assignment
  /** Policies and boundaries of ours within the scope; undefined when it holds no group. */
  readonly definitions: Definitions | undefined
  /** What the rules found wrong with themselves. */
  readonly findings: readonly Finding[]
  /** What the rules make of all IdP groups. */
  readonly wished: Desired
}

/** Begins anew with a wider scope where people or groups outside the one asked for hang on it. */
export async function readPremises(
  request: Pick<PassRequest, 'scope' | 'model' | 'adopting'> & { readonly ended: readonly EndingGrant[] },
  parts: Pick<PassParts, 'store' | 'dynatrace' | 'catalogue' | 'readSnapshot' | 'clock' | 'desiredMemory'>,
): Promise<Premises> {
  const { scope, model } = request
  const { dynatrace, desiredMemory: memory = desiredMemory() } = parts
  const full = scope.kind === 'full'
  const withGroups = full || scope.groups.size > 0

  const ownership = asIfAdopted(await readOwnership(parts.store.db), request.adopting)
  const kept = await readKept(parts.store.db)
  const listed = withGroups ? await listGroups(dynatrace) : undefined
  const accountGroups = listed === undefined ? ownedAsIfThere(ownership) : withoutMarkers(listed)
  const snapshot = await readScope(request, { ...parts, desiredMemory: memory })
  const followed = followedKeys(scope, snapshot)
  if (scope.kind === 'keys' && followed.length > 0) {
    const emails = new Set([...scope.emails, ...followed])
    return readPremises({ ...request, scope: { ...scope, emails } }, parts)
  }
  const renamed = renames(snapshot)
  const { reserved, wished } = withoutReserved(await inTurns(memory.desiring(model, snapshot.groups)))
  const withheld = new Set(wished.withheld.map(foldKey))
  await breathe()
  const assignment = assignGroups(
    wished.groups,
    ownership,
    accountGroups,
    withheld,
    parts.clock.now(),
    withEnded(request),
  )
  const absent = absentGroups(scope, assignment, snapshot)
  if (scope.kind === 'keys' && absent.length > 0) {
    const groups = new Set([...scope.groups, ...absent])
    return readPremises({ ...request, scope: { ...scope, groups } }, parts)
  }
  const ruled = [
    ...assignment.desired.values(),
    ...[...assignment.federated.values()].flatMap(({ desired }) => desired ?? []),
  ]
  const inScope = ruled.filter(group => holdsGroup(scope, foldKey(group.name)))
  const named = await readNames(wished, { full, withGroups, ownership, inScope }, parts)
  return {
    scope,
    ownership,
    kept,
    ...named,
    accountGroups,
    listed,
    snapshot,
    renamed,
    assignment,
    findings: [...wished.findings, ...reserved],
    wished,
  }
}

/** The name of the marker is no name for a group of a rule. */
function withoutReserved(wished: Desired): {
  readonly wished: Desired
  readonly reserved: readonly Finding[]
} {
  const reserved = wished.groups.filter(group => isReservedGroupName(group.name))
  if (reserved.length === 0) return { wished, reserved: [] }
  const groups = wished.groups.filter(group => !reserved.includes(group))
  return { wished: { ...wished, groups }, reserved: reserved.map(({ name }) => reservedName(name)) }
}

/** The part of the directory that a scope needs: for its groups, everybody in the IdP groups behind them. */
async function readScope(
  { scope, model }: Pick<PassRequest, 'scope' | 'model'>,
  {
    readSnapshot,
    desiredMemory: memory,
  }: Pick<PassParts, 'readSnapshot'> & { readonly desiredMemory: DesiredMemory },
): Promise<DirectorySnapshot> {
  if (scope.kind === 'full') return readSnapshot({ kind: 'full' })
  const people = await readSnapshot({ kind: 'keys', emails: scope.emails, groupIds: new Set() })
  if (scope.groups.size === 0) return people
  const { groups } = await inTurns(memory.desiring(model, people.groups))
  const wanted = groups.filter(group => holdsGroup(scope, foldKey(group.name)))
  const groupIds = new Set(wanted.flatMap(group => sourcesOf(group)))
  return readSnapshot({ kind: 'keys', emails: scope.emails, groupIds })
}

/** Where people are found now who left an address in the scope: the two are looked at together. */
function followedKeys(scope: Scope, { departures }: DirectorySnapshot): readonly string[] {
  if (scope.kind === 'full') return []
  return [...scope.emails].flatMap(key => {
    const next = lastSuccessor(key, departures)
    return next === undefined || scope.emails.has(next) ? [] : [next]
  })
}

/** The mode and the rules of the file: one that is over still says how far the bridge goes in taking away what it gave. */
export const withEnded = ({
  model,
  ended,
}: {
  readonly model: AccessModel
  readonly ended: readonly EndingGrant[]
}): Pick<AccessModel, 'mode' | 'rules'> => ({
  mode: model.mode,
  rules: [...model.rules, ...ended.filter(({ kind }) => kind === 'rule').map(({ rule }) => rule)],
})
