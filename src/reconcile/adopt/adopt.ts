/**
 * Takes over what is there: shows what the next pass would do then, and records what the groups hold. Members are
 * merged, and nothing is dropped: what lies beyond the rules stays until somebody releases it.
 */
import type { AccessModel } from '../../access/model.ts'
import { foldKey } from '../../lib/fold.ts'
import { newId, shortId } from '../../lib/ids.ts'
import type { Store } from '../../store/store.ts'
import type { KeptElementRow } from '../../store/tables.ts'
import { appendJournal } from '../../store/tail.ts'
import type { Decisions } from '../guard/facts.ts'
import { installationId } from '../installation.ts'
import { definitionKey } from '../keys.ts'
import { runPass } from '../pass/pass.ts'
import type { Found } from '../pass/plan-pass.ts'
import type { PassParts } from '../pass/request.ts'
import type { Plan } from '../step.ts'
import type { AdoptedDefinition, AdoptedGroup, Adoption } from './adoption.ts'
import { type Candidate, candidates } from './candidates.ts'
import { elementTitle } from './element-title.ts'

export interface AdoptionRequest {
  /** Names of groups, policies and boundaries; undefined: all that can be adopted. */
  readonly names: readonly string[] | undefined
  readonly by: string
  readonly reason: string
  /** Only shows what would come of it. */
  readonly rehearse: boolean
}

export interface Adopted {
  readonly done: boolean
  readonly groups: readonly AdoptedGroup[]
  readonly definitions: readonly AdoptedDefinition[]
  /** What stays as it is, though no rule wants it. */
  readonly kept: readonly NewKept[]
  /** What the next full pass would do. */
  readonly plan: Plan
  /** Why the plan may not be whole. */
  readonly problems: readonly string[]
}

export type NewKept = Pick<KeptElementRow, 'groupId' | 'kind' | 'key' | 'title' | 'standing'> & {
  readonly groupName: string
}

export type Refused = { readonly kind: 'refused'; readonly code: string; readonly message: string }

export type AdoptParts = Omit<PassParts, 'usage'> & { readonly runs: { decisions(): Promise<Decisions> } }

/** @throws UpstreamError when the account cannot be read. */
export async function adopt(
  model: AccessModel,
  request: AdoptionRequest,
  parts: AdoptParts,
): Promise<Adopted | Refused> {
  const { all, refusal } = await candidates(model, parts)
  if (refusal !== undefined) return refused('second-instance', refusal)
  const chosen = choose(all, request.names)
  if ('code' in chosen) return chosen
  const adoption = adoptionOf(chosen, parts.clock.now().toISOString())
  const runId = shortId('adoption')
  const { plan, found, problems } = await rehearse(model, { adoption, runId }, parts)
  const blind = adoption.groups.find(({ id }) => isBlind(id, found))
  if (blind !== undefined) {
    const why = `What the group "${blind.name}" holds could not be read, so it cannot be adopted without loss.`
    return refused('unread', `${why} ${problems.join(' ')}`.trim())
  }
  const held = heldOf(adoption, found)
  if (!request.rehearse) await record(adoption, held, { ...request, runId }, parts)
  const kept = held.filter(({ standing }) => standing === 'kept')
  const { groups, definitions } = adoption
  return { done: !request.rehearse, groups, definitions, kept, plan, problems }
}

function choose(
  all: readonly Candidate[],
  names: readonly string[] | undefined,
): readonly Candidate[] | Refused {
  const possible = all.filter(({ obstacle }) => obstacle === undefined)
  if (names === undefined) return possible
  const chosen: Candidate[] = []
  for (const name of names) {
    const found = all.filter(each => foldKey(nameOf(each)) === foldKey(name))
    const [first] = found
    if (first === undefined) {
      const why = `No rule wants a group, policy or boundary "${name}" that the account has and that is not ours.`
      return refused('no-candidate', `${why} "scim-bridge adopt" lists what can be adopted.`)
    }
    const usable = found.filter(({ obstacle }) => obstacle === undefined)
    if (usable.length === 0)
      return refused(
        'not-adoptable',
        `The ${first.kind} "${nameOf(first)}" cannot be adopted. ${first.obstacle}`,
      )
    chosen.push(...usable)
  }
  return [...new Set(chosen)]
}

const adoptionOf = (chosen: readonly Candidate[], at: string): Adoption => ({
  groups: chosen.flatMap(each => (each.kind === 'group' ? [each.group] : [])),
  definitions: chosen.flatMap(each => (each.kind === 'group' ? [] : [each.definition])),
  at,
})

const rehearse = async (
  model: AccessModel,
  { adoption, runId }: { readonly adoption: Adoption; readonly runId: string },
  parts: AdoptParts,
) =>
  runPass(
    {
      runId,
      mode: 'plan',
      isRehearsal: true,
      adopting: adoption,
      scope: { kind: 'full' },
      model,
      decisions: await parts.runs.decisions(),
      recorder: silent,
      mayGoOn: () => undefined,
    },
    parts,
  )

const silent = {
  planned: () => Promise.resolve(),
  begun: () => Promise.resolve(),
  done: () => Promise.resolve(),
}

const isBlind = (group: string, { observed: { blind, state } }: Found): boolean =>
  !state.groups.has(group) ||
  blind.members.has(group) ||
  blind.unread.has(group) ||
  blind.permissions.has(group) ||
  [...blind.bindings].some(place => place.startsWith(`${group} `))

function heldOf({ groups }: Adoption, found: Found): readonly NewKept[] {
  const names = new Map(groups.map(({ id, name }) => [id, name]))
  return found.premises.kept.all.flatMap(each => {
    const groupName = names.get(each.group)
    if (groupName === undefined) return []
    const { group: groupId, kind, key, standing } = each
    return [{ groupId, kind, key, standing, groupName, title: elementTitle(each, found) }]
  })
}

/** The registry and what was held, in one go: a pass finds both or neither. */
async function record(
  { groups, definitions, at }: Adoption,
  held: readonly NewKept[],
  { by, reason, runId }: Pick<AdoptionRequest, 'by' | 'reason'> & { readonly runId: string },
  { store }: { readonly store: Store },
): Promise<void> {
  const instance = await installationId(store)
  const common = { instance, by, at, runId, how: 'adopted', state: 'owned' } as const
  const rows = [
    ...groups.map(({ id, name, sources }) => ({
      ...{ ...common, id: newId(), kind: 'group' as const, dynatraceId: id, name, nameKey: foldKey(name) },
      sources: JSON.stringify(sources),
    })),
    ...definitions.map(({ kind, id, name, level }) => ({
      ...{ ...common, id: newId(), kind, dynatraceId: id, name, nameKey: definitionKey(level, name) },
      sources: '[]',
    })),
  ]
  await store.write(async tx => {
    for (const row of rows) {
      const { id: _, ...changed } = row
      await tx
        .insertInto('ownership')
        .values(row)
        .onConflict(conflict => conflict.columns(['instance', 'kind', 'nameKey']).doUpdateSet(changed))
        .execute()
    }
    for (const { groupName: _, ...element } of held) {
      await tx
        .insertInto('keptElements')
        .values({ id: shortId('kept'), instance, ...element, reason: 'there before adoption', by, at })
        .onConflict(conflict => conflict.columns(['instance', 'groupId', 'kind', 'key']).doNothing())
        .execute()
    }
    const data = {
      reason,
      groups: groups.map(({ id, name }) => ({ id, name })),
      definitions: definitions.map(({ kind, id, name }) => ({ kind, id, name })),
      kept: held.filter(({ standing }) => standing === 'kept').length,
    }
    appendJournal(tx, [{ kind: 'adoption.adopted', runId, actor: by, data }], at)
  })
}

export const nameOf = (candidate: Candidate): string =>
  candidate.kind === 'group' ? candidate.group.name : candidate.definition.name

export const refused = (code: string, message: string): Refused => ({ kind: 'refused', code, message })
