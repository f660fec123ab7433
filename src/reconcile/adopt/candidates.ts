/** What of the account rules want, is not ours, and could be adopted. Only reads. */
import { endedGrants } from '../../access/ends.ts'
import { inForce } from '../../access/in-force.ts'
import type { AccessModel } from '../../access/model.ts'
import type { AccountGroup, Dynatrace } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import type { Reader } from '../../store/store.ts'
import { sourcesOf } from '../assign.ts'
import { plainText } from '../definition-text.ts'
import { thisInstallation } from '../installation.ts'
import type { TakenDefinition } from '../owned-definitions.ts'
import { type Premises, readPremises } from '../pass/premises.ts'
import type { PassParts } from '../pass/request.ts'
import type { AdoptedDefinition, AdoptedGroup } from './adoption.ts'

export type Candidate = (
  | { readonly kind: 'group'; readonly group: AdoptedGroup }
  | { readonly kind: 'policy' | 'boundary'; readonly definition: AdoptedDefinition }
) & {
  /** Why it cannot be adopted; undefined when it can. */
  readonly obstacle: string | undefined
}

export type CandidateParts = Parameters<typeof readPremises>[1] & Pick<PassParts, 'marker'>

/** @throws UpstreamError when the account cannot be read. */
export async function candidates(
  file: AccessModel,
  parts: CandidateParts,
): Promise<{
  readonly all: readonly Candidate[]
  /** Why nothing may be adopted at all: another bridge looks after the account. */
  readonly refusal: string | undefined
}> {
  const now = parts.clock.now()
  const request = {
    scope: { kind: 'full' },
    model: inForce(file, now),
    ended: endedGrants(file, now),
  } as const
  const premises = await readPremises(request, parts)
  const others = await claimedByOthers(parts.store.db)
  const verdict = await parts.marker?.look(premises.listed, { acts: false, dynatrace: parts.dynatrace })
  const definitions = await Promise.all(
    (premises.definitions?.taken ?? []).map(taken => definitionCandidate(taken, others, parts.dynatrace)),
  )
  return { all: [...groupCandidates(premises, others), ...definitions], refusal: verdict?.refusal }
}

function groupCandidates(
  { assignment, accountGroups }: Pick<Premises, 'assignment' | 'accountGroups'>,
  others: ReadonlyMap<string, string>,
): readonly Candidate[] {
  const named = Map.groupBy(accountGroups, group => foldKey(group.name))
  return assignment.taken.flatMap(wanted => {
    const homonyms = named.get(foldKey(wanted.name)) ?? []
    return homonyms.map(group => ({
      kind: 'group' as const,
      group: { id: group.id, name: group.name, sources: sourcesOf(wanted) },
      obstacle:
        homonyms.length > 1
          ? 'The account has several groups of this name; rename all but one in Dynatrace.'
          : (obstacleOf(group) ?? claimOf(group.id, others)),
    }))
  })
}

function obstacleOf({ owner }: AccountGroup): string | undefined {
  return owner === 'LOCAL'
    ? undefined
    : `It belongs to ${owner}, not to the account itself; only local groups can be adopted.`
}

async function definitionCandidate(
  taken: TakenDefinition,
  others: ReadonlyMap<string, string>,
  dynatrace: Dynatrace,
): Promise<Candidate> {
  const { id, kind } = taken
  const level = kind === 'policy' ? taken.wished.level : ({ kind: 'account' } as const)
  const definition = { kind, id, name: taken.wished.name, level }
  return { kind, definition, obstacle: claimOf(id, others) ?? (await differs(taken, dynatrace)) }
}

/** What others rely on must not come to mean something else by being adopted. */
async function differs(taken: TakenDefinition, dynatrace: Dynatrace): Promise<string | undefined> {
  const remedy = 'make them agree first'
  if (taken.kind === 'policy') {
    const found = await dynatrace.policies.get(taken.wished.level, taken.id)
    if (found === undefined) return 'It is gone.'
    return plainText(found.statement) === plainText(taken.wished.statement)
      ? undefined
      : `Its statement is not the one in bridge.yaml; ${remedy}.`
  }
  const found = (await dynatrace.boundaries.list()).find(({ id }) => id === taken.id)
  if (found === undefined) return 'It is gone.'
  return plainText(found.query) === plainText(taken.wished.query)
    ? undefined
    : `Its query is not the one in bridge.yaml; ${remedy}.`
}

const claimOf = (id: string, others: ReadonlyMap<string, string>): string | undefined => {
  const instance = others.get(id)
  return instance === undefined
    ? undefined
    : `The registry holds it for instance ${instance}; take that over with "scim-bridge ownership migrate --from ${instance}".`
}

/** Installations by the ids in Dynatrace of what the registry holds for them. */
async function claimedByOthers(db: Reader): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('ownership')
    .select(['dynatraceId', 'instance'])
    .where('instance', '!=', thisInstallation(db))
    .where('kind', 'in', ['group', 'policy', 'boundary'])
    .execute()
  return new Map(
    rows.flatMap(({ dynatraceId, instance }) => (dynatraceId === null ? [] : [[dynatraceId, instance]])),
  )
}
