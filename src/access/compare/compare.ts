/** What one person, group or environment allows that another one does not, and through which groups. */
import { canonicalJson } from '../../lib/digest.ts'
import type { Work } from '../../lib/turns.ts'
import type { DesiredGroup } from '../desired-group.ts'
import { alternativesText, type Extent } from '../evaluate/extent.ts'
import { type AccessFacts, account } from '../evaluate/facts.ts'
import { unknownOf } from '../evaluate/unknown.ts'
import type { Place } from '../impact/side.ts'
import { type Difference, differenceOf, isEmpty } from './difference.ts'
import { hasOwn, rightsReader } from './rights-in.ts'
import type { GroupOfSubject, Subject } from './subject.ts'

/** A difference, for all places where it is the same; of two environments, what one group has there. */
export interface Differing {
  /** Undefined: all that people or groups have together. */
  readonly group: DesiredGroup | undefined
  /** Empty for two environments. */
  readonly places: readonly Place[]
  readonly difference: Difference
}

export interface Comparison {
  /** Groups only one of the two is in: why they differ. Empty for environments. */
  readonly groups: {
    readonly onlyOne: readonly GroupOfSubject[]
    readonly onlyOther: readonly GroupOfSubject[]
    readonly both: number
  }
  readonly differing: readonly Differing[]
  /** What the comparison does not know, in sentences. */
  readonly unknown: readonly string[]
}

type Holder = Extract<Subject, { kind: 'user' | 'idp-group' | 'group' }>
type EnvironmentSubject = Extract<Subject, { kind: 'environment' }>

/** Compares people and groups in these places. Of the account itself, only its roles count where there are environments. */
export function* compareHolders(
  one: Holder,
  other: Holder,
  places: readonly Place[],
  { texts, desired }: AccessFacts,
): Work<Comparison> {
  const [left, right] = [groupsOf(one), groupsOf(other)]
  const all = [...new Set([...left, ...right])]
  const rights = rightsReader(texts)
  const differing = new Map<string, Differing & { readonly places: Place[] }>()
  let plain: Difference | undefined
  const differenceAt = function* (place: Place): Work<Difference> {
    if (place.kind === 'environment' && !all.some(group => hasOwn(group, place))) {
      plain ??= yield* differenceOf(rights(left, place), rights(right, place))
      return plain
    }
    const difference = yield* differenceOf(rights(left, place), rights(right, place))
    const isElsewhere = place.kind === 'account' && places.length > 1
    return isElsewhere ? rolesOnly(difference) : difference
  }
  for (const place of places) {
    const difference = yield* differenceAt(place)
    if (isEmpty(difference)) continue
    const key = keyOf(difference)
    const same = differing.get(key)
    if (same === undefined) differing.set(key, { group: undefined, places: [place], difference })
    else same.places.push(place)
  }
  return {
    groups: {
      onlyOne: one.groups.filter(({ group }) => !right.includes(group)),
      onlyOther: other.groups.filter(({ group }) => !left.includes(group)),
      both: left.filter(group => right.includes(group)).length,
    },
    differing: [...differing.values()],
    unknown: yield* unknownOf(all, texts, desired.withheld),
  }
}

/** For every group that grants in one environment what it does not grant in the other. */
export function* compareEnvironments(
  one: EnvironmentSubject,
  other: EnvironmentSubject,
  { desired, texts }: AccessFacts,
): Work<Comparison> {
  const rights = rightsReader(texts)
  const differing: Differing[] = []
  for (const group of desired.groups) {
    yield
    if (!hasOwn(group, one.place) && !hasOwn(group, other.place)) continue
    const difference = yield* differenceOf(rights([group], one.place), rights([group], other.place))
    if (!isEmpty(difference)) differing.push({ group, places: [], difference })
  }
  return {
    groups: { onlyOne: [], onlyOther: [], both: 0 },
    differing,
    unknown: yield* unknownOf(desired.groups, texts, desired.withheld),
  }
}

/** The account first, as its roles count there alone; one place when only one is asked for. */
export const placesCompared = (places: readonly Place[], isOneAsked: boolean): readonly Place[] =>
  isOneAsked || places.some(({ kind }) => kind === 'account') ? places : [account, ...places]

const groupsOf = ({ groups }: Holder): readonly DesiredGroup[] => groups.map(({ group }) => group)

const rolesOnly = (difference: Difference): Difference => ({
  ...difference,
  permissions: [],
  unknown: { onlyOne: [], onlyOther: [] },
})

/** The same for differences that read the same. */
function keyOf({ permissions, roles, unknown }: Difference): string {
  const extentKey = ({ kind, any, except }: Extent) => [
    kind,
    alternativesText(any).toSorted(),
    alternativesText(except).toSorted(),
  ]
  const told = permissions.map(({ permission, one, other }) => [permission, extentKey(one), extentKey(other)])
  return canonicalJson([told, roles, unknown])
}
