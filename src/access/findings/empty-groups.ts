/** Groups that rules make, and IdP groups behind them, that nobody active is in. Pure. */
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Work } from '../../lib/turns.ts'
import type { Source } from '../desired-group.ts'
import { listNames } from '../rule-findings.ts'
import { eachOrRest } from './each-or-rest.ts'
import type { PeopledGroup } from './sight.ts'

/** An IdP group is told of only when a group that it feeds has members by another one: else that group says it all. */
export function* emptyGroups(
  groups: readonly PeopledGroup[],
  snapshot: Pick<DirectorySnapshot, 'members' | 'people'>,
): Work<readonly Finding[]> {
  const empty: Empty[] = []
  const told = new Set<string>()
  const fed = new Map<string, string>()
  for (const { group, meant } of groups) {
    yield
    const names = new Map(group.sources.map(each => [each.idpGroupId, each.idpGroupName]))
    if (meant.size > 0) {
      for (const source of group.sources)
        if (names.size > 1 && isEmpty(source)) fed.set(source.idpGroupId, source.idpGroupName)
      continue
    }
    for (const id of names.keys()) told.add(id)
    empty.push({ name: group.name, sources: [...new Set(names.values())].sort() })
  }
  const sources = [...fed].filter(([id]) => !told.has(id)).map(([, name]) => name)
  return [
    ...eachOrRest(empty, emptyGroup, moreGroups),
    ...eachOrRest([...new Set(sources)].sort(), emptySource, moreSources),
  ]

  function isEmpty({ idpGroupId }: Source): boolean {
    const own = snapshot.members.get(idpGroupId)
    return own === undefined || !own.values().some(key => snapshot.people.get(key)?.active === true)
  }
}

interface Empty {
  readonly name: string
  /** Names of the IdP groups that feed it. */
  readonly sources: readonly string[]
}

const REMEDY = 'Put people in it in the identity provider, or take the group out of the application there.'

const emptyGroup = ({ name, sources }: Empty): Finding => ({
  kind: 'empty-group',
  severity: 'info',
  subject: `group ${name}`,
  message: `Nobody active is in the group "${name}": the IdP ${sources.length === 1 ? 'group' : 'groups'} ${quoted(sources)} ${sources.length === 1 ? 'has' : 'have'} no active member.`,
  remedy: REMEDY,
})

const moreGroups = (all: readonly Empty[]): Finding => ({
  kind: 'empty-group',
  severity: 'info',
  subject: 'directory',
  message: `Nobody active is in ${all.length} more groups: ${quoted(all.map(({ name }) => name))}.`,
  remedy: 'Put people in their IdP groups, or take these out of the application in the identity provider.',
})

const emptySource = (name: string): Finding => ({
  kind: 'empty-group',
  severity: 'info',
  subject: `IdP group ${name}`,
  message: `The IdP group "${name}" has no active member.`,
  remedy: REMEDY,
})

const moreSources = (names: readonly string[]): Finding => ({
  kind: 'empty-group',
  severity: 'info',
  subject: 'identity provider',
  message: `${names.length} more IdP groups have no active member: ${quoted(names)}.`,
  remedy: 'Put people in them, or take them out of the application in the identity provider.',
})

const quoted = (names: readonly string[]): string => listNames(names.map(name => JSON.stringify(name)))
