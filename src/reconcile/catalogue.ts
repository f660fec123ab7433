/**
 * The parts of an account that rules refer to by name: policies, boundaries, environments.
 * Names are found exactly as written, then without letter case; a name that stands for two things
 * is not guessed at.
 */
import type {
  AccountEnvironment,
  Boundary,
  Dynatrace,
  Level,
  ManagementZone,
  Policy,
} from '../dynatrace/dynatrace.ts'
import { UpstreamError } from '../dynatrace/upstream-error.ts'
import { messageOf } from '../lib/errors.ts'
import { foldKey } from '../lib/fold.ts'
import { levelKey } from './keys.ts'

export interface Catalogue {
  readonly environments: ReadonlyMap<string, AccountEnvironment>
  readonly policies: readonly Policy[]
  readonly boundaries: readonly Boundary[]
  /** Of all environments; undefined when nobody asked, or when they could not be read. */
  readonly zones?: readonly ManagementZone[] | undefined
  /** Levels whose policies could not be read, and why: a name not found there may exist all the same. */
  readonly unread: ReadonlyMap<string, string>
}

export async function readCatalogue(dynatrace: Dynatrace): Promise<Catalogue> {
  const environments = await dynatrace.environments.list()
  if (environments.length === 0) {
    const message = 'Dynatrace answered with no environment at all; nothing is concluded from that.'
    throw new UpstreamError('malformed', 'environments.list', message)
  }
  const levels: Level[] = [{ kind: 'global' }, ...activeLevels(environments)]
  const unread = new Map<string, string>()
  const boundaries = dynatrace.boundaries.list().catch((error: unknown) => {
    unread.set('boundaries', messageOf(error))
    return []
  })
  const policies = levels.map(level =>
    dynatrace.policies.list(level).catch((error: unknown) => {
      unread.set(levelKey(level), messageOf(error))
      return []
    }),
  )
  return {
    environments: new Map(environments.map(each => [each.id, each])),
    policies: (await Promise.all(policies)).flat(),
    boundaries: await boundaries,
    unread,
  }
}

/** The key in `unread` of management zones. */
export const ZONES = 'management-zones'

/** The same with the management zones; costs one call. */
export async function withZones(
  catalogue: Catalogue,
  { environments }: Pick<Dynatrace, 'environments'>,
): Promise<Catalogue> {
  try {
    const zones = await environments.managementZones([...catalogue.environments.values()])
    return { ...catalogue, zones }
  } catch (error) {
    return { ...catalogue, unread: new Map([...catalogue.unread, [ZONES, messageOf(error)]]) }
  }
}

/** Where rights can be given: the account, and its environments that are active. */
export function activeLevels(
  environments: Iterable<AccountEnvironment>,
): readonly Exclude<Level, { kind: 'global' }>[] {
  const active = [...environments].filter(each => each.active)
  return [{ kind: 'account' }, ...active.map(each => ({ kind: 'environment' as const, id: each.id }))]
}

export type Lookup =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'missing' }
  /** Defined in bridge.yaml, and not to be used as things are. */
  | { readonly kind: 'withheld' }
  | { readonly kind: 'ambiguous'; readonly count: number }

/** The policy of this name that can be bound at this level: global and account ones anywhere, others at home. */
export function findPolicy({ policies }: Catalogue, name: string, level: Level): Lookup {
  return findByName(
    policies,
    name,
    each => each.level.kind !== 'environment' || levelKey(each.level) === levelKey(level),
  )
}

export const findBoundary = ({ boundaries }: Catalogue, name: string): Lookup =>
  findByName(boundaries, name, () => true)

/** Zones belong to an environment; the same name in another one is another zone. */
export const findZone = ({ zones = [] }: Catalogue, name: string, environmentId: string): Lookup =>
  findByName(zones, name, ({ environment }) => environment.id === environmentId)

interface Named {
  readonly id: string
  readonly name: string
}

function findByName<T extends Named>(all: readonly T[], name: string, fits: (one: T) => boolean): Lookup {
  const alike = byFoldedName(all, foldKey(name)).filter(fits)
  const exact = alike.filter(each => each.name === name)
  const hits = exact.length > 0 ? exact : alike
  const [first] = hits
  if (first === undefined) return { kind: 'missing' }
  return hits.length === 1 ? { kind: 'found', id: first.id } : { kind: 'ambiguous', count: hits.length }
}

/** Where things of a folded name are in a list: rules name the same few thousand things tens of thousands of times. */
const indexes = new WeakMap<readonly Named[], ReadonlyMap<string, readonly number[]>>()

function byFoldedName<T extends Named>(all: readonly T[], key: string): readonly T[] {
  const places = indexes.get(all) ?? Map.groupBy(all.keys(), at => foldKey(all[at]?.name ?? ''))
  indexes.set(all, places)
  return (places.get(key) ?? []).flatMap(at => all[at] ?? [])
}
