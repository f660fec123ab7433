/** The two things that are compared: people, groups of either side, or environments. */
import type { DirectorySnapshot, Person } from '../../directory/snapshot.ts'
import { foldKey } from '../../lib/fold.ts'
import { nearest } from '../../lib/nearest.ts'
import type { DesiredGroup, Source } from '../desired-group.ts'
import { type AccessFacts, placesAsked } from '../evaluate/facts.ts'
import type { Place } from '../impact/side.ts'

export type SubjectKind = 'user' | 'idp-group' | 'group' | 'environment'

/** As it is asked for: `user:ana@acme.example`. */
export interface SubjectName {
  readonly kind: SubjectKind
  readonly name: string
}

export type Subject =
  | {
      readonly kind: 'user' | 'idp-group' | 'group'
      /** In its own spelling. */
      readonly name: string
      /** Dynatrace groups that count, with what leads to each. */
      readonly groups: readonly GroupOfSubject[]
      /** What people should know of it before they read on. */
      readonly notes: readonly string[]
    }
  | { readonly kind: 'environment'; readonly name: string; readonly place: Place }

export interface GroupOfSubject {
  readonly group: DesiredGroup
  readonly through: readonly Source[]
}

const kinds: readonly string[] = ['user', 'idp-group', 'group', 'environment'] satisfies SubjectKind[]

/** Reads `kind:name`; undefined when it is not that. */
export function parseSubject(text: string): SubjectName | undefined {
  const colon = text.indexOf(':')
  const [kind, name] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1).trim()]
  return isKind(kind) && name !== '' ? { kind, name } : undefined
}

const isKind = (text: string): text is SubjectKind => kinds.includes(text)

export type FoundSubject =
  | { readonly kind: 'found'; readonly subject: Subject }
  /** A sentence with the remedy. */
  | { readonly kind: 'missing'; readonly message: string }

/** Names are found without letter case. */
export function findSubject({ kind, name }: SubjectName, facts: AccessFacts): FoundSubject {
  switch (kind) {
    case 'user':
      return findUser(name, facts)
    case 'idp-group':
      return findIdpGroup(name, facts)
    case 'group':
      return findGroup(name, facts)
    case 'environment':
      return findEnvironment(name, facts)
  }
}

function findUser(name: string, { snapshot, desired }: AccessFacts): FoundSubject {
  const key = foldKey(name)
  const person = personNamed(key, snapshot)
  if (person === undefined) {
    const unreachable = snapshot.unreachable.find(userName => foldKey(userName) === key)
    if (unreachable === undefined) {
      const message = `The directory has no user "${name}". Ask by userName, as the identity provider sends it.`
      return { kind: 'missing', message }
    }
    const notes = [`${unreachable} has no usable e-mail address, so unknown to Dynatrace`]
    return { kind: 'found', subject: { kind: 'user', name: unreachable, groups: [], notes } }
  }
  const { userName, emailKey, active } = person
  const memberOf = (group: DesiredGroup): readonly Source[] =>
    group.sources.filter(({ idpGroupId }) => snapshot.members.get(idpGroupId)?.has(emailKey) ?? false)
  const groups = active ? throughSources(desired.groups, memberOf) : []
  const notes = active ? [] : [`${userName} is deactivated in the IdP, which takes all access away`]
  return { kind: 'found', subject: { kind: 'user', name: userName, groups, notes } }
}

function personNamed(key: string, { people }: DirectorySnapshot): Person | undefined {
  const byEmail = people.get(key)
  if (byEmail !== undefined && foldKey(byEmail.userName) === key) return byEmail
  return people.values().find(({ userName }) => foldKey(userName) === key) ?? byEmail
}

function findIdpGroup(name: string, { snapshot, desired }: AccessFacts): FoundSubject {
  const key = foldKey(name)
  const own = snapshot.groups.filter(({ displayName }) => foldKey(displayName) === key)
  const [first] = own
  if (first === undefined) {
    const hint = desired.groups.some(group => foldKey(group.name) === key)
      ? `Dynatrace has a group of that name: ask for group:${name}.`
      : didYouMean(
          name,
          'idp-group',
          snapshot.groups.map(({ displayName }) => displayName),
        )
    return { kind: 'missing', message: `The identity provider has sent no group "${name}". ${hint}` }
  }
  const ids = new Set(own.map(({ id }) => id))
  const groups = throughSources(desired.groups, ({ sources }) =>
    sources.filter(({ idpGroupId }) => ids.has(idpGroupId)),
  )
  const notes = groups.length === 0 ? [`no rule makes anything of IdP group "${first.displayName}"`] : []
  return { kind: 'found', subject: { kind: 'idp-group', name: first.displayName, groups, notes } }
}

function findGroup(name: string, { snapshot, desired }: AccessFacts): FoundSubject {
  const key = foldKey(name)
  const group = desired.groups.find(each => foldKey(each.name) === key)
  if (group !== undefined) {
    const groups = [{ group, through: group.sources }]
    return { kind: 'found', subject: { kind: 'group', name: group.name, groups, notes: [] } }
  }
  if (desired.withheld.some(each => foldKey(each) === key)) {
    const remedy = 'the findings tell which; what it has is left as it is.'
    return { kind: 'missing', message: `The rules contradict each other about group "${name}": ${remedy}` }
  }
  const hint = snapshot.groups.some(({ displayName }) => foldKey(displayName) === key)
    ? `The identity provider has a group of that name: ask for idp-group:${name}.`
    : didYouMean(
        name,
        'group',
        desired.groups.map(each => each.name),
      )
  return { kind: 'missing', message: `The rules make no Dynatrace group "${name}". ${hint}` }
}

function findEnvironment(name: string, { model }: AccessFacts): FoundSubject {
  const place = placesAsked(model, name)?.[0]
  if (place !== undefined) {
    const own = place.kind === 'account' ? 'account' : place.name
    return { kind: 'found', subject: { kind: 'environment', name: own, place } }
  }
  const hint = didYouMean(
    name,
    'environment',
    model.environments.map(each => each.name),
  )
  return { kind: 'missing', message: `bridge.yaml lists no environment "${name}". ${hint}` }
}

function throughSources(
  groups: readonly DesiredGroup[],
  sourcesOf: (group: DesiredGroup) => readonly Source[],
): readonly GroupOfSubject[] {
  return groups.flatMap(group => {
    const through = sourcesOf(group)
    return through.length === 0 ? [] : [{ group, through }]
  })
}

/** Comparing a name with more than these would hold everybody else up. */
const mostCandidates = 500

function didYouMean(name: string, kind: SubjectKind, names: readonly string[]): string {
  const similar = names.length > mostCandidates ? undefined : nearest(name, names)
  return similar === undefined ? 'Check the spelling.' : `Did you mean ${kind}:${similar}?`
}
