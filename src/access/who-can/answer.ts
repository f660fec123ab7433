/** What people in the same Dynatrace groups may do with one permission, place by place. */
import type { Attributes } from '../../policy/holds.ts'
import type { DesiredBinding, DesiredGroup } from '../desired-group.ts'
import { type ByLevel, grantedIn } from '../evaluate/by-level.ts'
import { alternativesText, type Extent, extentOf } from '../evaluate/extent.ts'
import { environmentId } from '../evaluate/facts.ts'
import type { GrantedStatement } from '../evaluate/granted.ts'
import { conditionsText } from '../evaluate/tidy-conditions.ts'
import type { Place } from '../impact/side.ts'

/** `unknown`: only policies whose text nobody could read may allow it. */
export type Verdict = 'allowed' | 'allowed-if' | 'unknown'

/** A binding with the group that has it. */
export interface Carrier {
  readonly group: DesiredGroup
  readonly binding: DesiredBinding
}

/** A policy that denies it under conditions. */
export interface Exception {
  readonly where: string
  readonly policy: string
  readonly group: string
}

/** One verdict for all places where it is the same for the same reasons. */
export interface Answer {
  readonly places: readonly Place[]
  readonly verdict: Verdict
  /** Of `allowed-if`: conditions, any of which has to hold; none means everywhere … */
  readonly where: readonly string[]
  /** … but where one of these holds. */
  readonly except: readonly Exception[]
  /** Bindings that allow it, or may; one of several places stands for all. */
  readonly carriers: readonly Carrier[]
  /** What could not be read of the same people: it might allow more, or deny. */
  readonly unknown: readonly Carrier[]
}

/** A group that has to do with the permission. */
export interface Holder {
  readonly group: DesiredGroup
  readonly granted: ByLevel
}

/** Places where these groups do not allow it are in no answer. */
export function answersOf(
  holders: readonly Holder[],
  places: readonly Place[],
  where: Attributes,
): readonly Answer[] {
  const own = new Set(holders.flatMap(({ granted }) => [...granted.environments.keys()]))
  const answers = new Map<string, Answer & { readonly places: Place[] }>()
  // Places without bindings of their own are all alike.
  let plain: Told | undefined
  for (const place of places) {
    const id = environmentId(place)
    const isPlain = id === undefined || !own.has(id)
    if (isPlain) plain ??= tell(holders, undefined, where)
    const told = isPlain && plain !== undefined ? plain : tell(holders, id, where)
    if (told.kind === 'not-allowed') continue
    const same = answers.get(told.key)
    if (same === undefined) answers.set(told.key, { places: [place], ...told.answer })
    else same.places.push(place)
  }
  return [...answers.values()]
}

type Told =
  | { readonly kind: 'not-allowed' }
  /** The key is the same for equal answers. */
  | { readonly kind: 'told'; readonly key: string; readonly answer: Omit<Answer, 'places'> }

function tell(holders: readonly Holder[], environment: string | undefined, where: Attributes): Told {
  const statements: GrantedStatement[] = []
  const unknown: Carrier[] = []
  for (const { group, granted } of holders) {
    const counting = grantedIn([granted], environment)
    statements.push(...counting.statements)
    unknown.push(...counting.unknown.map(binding => ({ group, binding })))
  }
  const extent = extentOf(statements, where)
  if (extent.kind === 'never') {
    const isDenied = extent.except.some(({ conditions }) => conditions.length === 0)
    if (unknown.length === 0 || isDenied) return { kind: 'not-allowed' }
  }
  const groups = new Map(holders.map(({ group }) => [group.name, group]))
  const answer = {
    verdict: verdicts[extent.kind],
    where: alternativesText(extent.any).filter(text => text !== ''),
    except: exceptionsOf(extent),
    carriers: extent.kind === 'never' ? unknown : carriersOf(extent, groups),
    unknown,
  }
  return { kind: 'told', key: keyOf(answer), answer }
}

const verdicts = { never: 'unknown', always: 'allowed', where: 'allowed-if' } as const

const exceptionsOf = ({ except }: Extent<GrantedStatement>): readonly Exception[] =>
  except.map(({ conditions, of }) => ({
    where: conditionsText(conditions),
    policy: of.binding.policy,
    group: of.group,
  }))

function carriersOf(
  { any }: Extent<GrantedStatement>,
  groups: ReadonlyMap<string, DesiredGroup>,
): readonly Carrier[] {
  const bindings = new Map(any.map(({ of }) => [of.binding, of.group]))
  return [...bindings].flatMap(([binding, name]) => {
    const group = groups.get(name)
    return group === undefined ? [] : [{ group, binding }]
  })
}

function keyOf({ verdict, where, except, carriers, unknown }: Omit<Answer, 'places'>): string {
  const carrierKey = ({ group, binding }: Carrier) => {
    const { policy, level, parameters, boundaries, rules } = binding
    return [group.name, policy, level.kind, Object.entries(parameters), boundaries, rules]
  }
  return JSON.stringify([verdict, where, except, carriers.map(carrierKey), unknown.map(carrierKey)])
}
