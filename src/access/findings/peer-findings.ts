/** People who have no access in an environment where those beside them have it. Pure. */
import type { Person } from '../../directory/snapshot.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Work } from '../../lib/turns.ts'
import type { Environment } from '../model.ts'
import { listNames } from '../rule-findings.ts'
import { eachOrRest } from './each-or-rest.ts'
import type { PeopledGroup, Sight } from './sight.ts'
import type { View } from './view.ts'

/** Of fewer members nobody can say what is usual among them. */
const LEAST_MEMBERS = 5
/** So many of the others have what one lacks, at least. */
const MOST_OF_THEM = 0.8
/** Members looked at before the loop may go on with something else. */
const MEMBERS_A_STEP = 1_000

/** One finding for a group and environment; a person is told of once for each environment, at the first such group by name. */
export function* peerFindings(
  groups: readonly PeopledGroup[],
  { views, ofGroup, bits }: Sight,
  {
    people,
    environments,
  }: { readonly people: ReadonlyMap<string, Person>; readonly environments: readonly Environment[] },
): Work<readonly Finding[]> {
  const places = environments.map(environment => ({
    environment,
    shown: bits.everywhere | bits.environment(environment.id),
    told: new Set<string>(),
  }))
  const gaps: Gap[] = []
  let looked = 0
  for (const { group, members } of groups) {
    yield
    if (members === undefined || members.size < LEAST_MEMBERS) continue
    const byView = new Map<View, string[]>()
    for (const emailKey of members) {
      const view = views.get(emailKey) ?? 0n
      const alike = byView.get(view)
      if (alike === undefined) byView.set(view, [emailKey])
      else alike.push(emailKey)
      looked += 1
      if (looked % MEMBERS_A_STEP === 0) yield
    }
    if (byView.size < 2) continue
    const own = ofGroup.get(group) ?? 0n
    const others = members.size - 1
    const mostLacking = members.size - MOST_OF_THEM * others
    for (const { environment, shown, told } of places) {
      // What the group itself shows, all of its members see.
      if ((own & shown) !== 0n) continue
      const without: string[] = []
      for (const [view, alike] of byView) {
        if ((view & shown) !== 0n) continue
        without.push(...alike)
        if (without.length > mostLacking) break
      }
      if (without.length === 0 || without.length > mostLacking) continue
      const names = without.flatMap(key => (told.has(key) ? [] : (people.get(key)?.userName ?? key)))
      for (const key of without) told.add(key)
      const having = members.size - without.length
      if (names.length > 0) gaps.push({ group: group.name, environment, names: names.sort(), having, others })
    }
  }
  return eachOrRest(gaps, missingIn, moreMissing)
}

interface Gap {
  readonly group: string
  readonly environment: Environment
  readonly names: readonly string[]
  readonly having: number
  readonly others: number
}

const missingIn = ({ group, environment, names, having, others }: Gap): Finding => ({
  kind: 'missing-in-environment',
  severity: 'warning',
  subject: `group ${group}, environment ${environment.name}`,
  message: `${listNames(names)} of group "${group}" ${names.length === 1 ? 'has' : 'have'} no access in environment ${environment.name}, where ${having} of the ${others} other members have it.`,
  remedy: `Put ${names.length === 1 ? 'this person' : 'these people'} in the IdP group by which the others have it, or grant it to the group "${group}" in bridge.yaml.`,
})

const moreMissing = (gaps: readonly Gap[]): Finding => ({
  kind: 'missing-in-environment',
  severity: 'warning',
  subject: 'directory',
  message: `In ${gaps.length} more groups and environments some have no access where most of the others have it: ${listNames(gaps.map(({ group, environment }) => `"${group}" in ${environment.name}`))}.`,
  remedy: 'Put these people in the IdP groups by which the others have it, or grant it to the groups.',
})
