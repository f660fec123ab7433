/** What of ours events of the audit log are about: the keys that a pass has to look at. Pure. */
import type { AuditEvent } from '../../dynatrace/types/audit.ts'
import { foldKey } from '../../lib/fold.ts'
import type { OwnedDefinition, Ownership } from '../ownership.ts'
import { saidIn, textsOf } from './details.ts'

export interface Touched {
  /** Folded addresses of people whose membership in a group of ours changed. */
  readonly members: ReadonlySet<string>
  /** Folded addresses of people who came, went or changed; many may be none of our business. */
  readonly users: ReadonlySet<string>
  /** Folded names of groups of ours, or with rights of ours. */
  readonly groups: ReadonlySet<string>
  /** Ids of policies and boundaries of ours. */
  readonly definitions: ReadonlySet<string>
}

type Registry = Pick<Ownership, 'groups' | 'rights' | 'policies' | 'boundaries'>

export function touched(events: readonly AuditEvent[], registry: Registry): Touched {
  const groupKey = groupKeys(registry)
  const found = {
    members: new Set<string>(),
    users: new Set<string>(),
    groups: new Set<string>(),
    definitions: new Set<string>(),
  }
  for (const event of events) {
    switch (event.resource.toUpperCase()) {
      case 'GROUP': {
        const group = groupKey(event)
        if (group === undefined) break
        const people = event.type === 'UPDATE_MEMBERS' ? peopleIn(event) : undefined
        if (people === undefined) found.groups.add(group)
        else for (const person of people) found.members.add(person)
        break
      }
      case 'USER': {
        const named = event.resourceName.includes('@') ? [foldKey(event.resourceName)] : peopleIn(event)
        for (const person of named ?? []) found.users.add(person)
        break
      }
      case 'POLICY':
        addDefinition(event, registry.policies, found.definitions)
        break
      case 'BOUNDARY':
        addDefinition(event, registry.boundaries, found.definitions)
        break
    }
  }
  return found
}

/** A group is known by its id; by its name where an event has no id. */
function groupKeys({ groups, rights }: Registry): (event: AuditEvent) => string | undefined {
  const byId = new Map<string, string>()
  const names = new Set<string>()
  for (const { groupId, groupName } of rights.values()) byId.set(groupId, foldKey(groupName))
  for (const { dynatraceId, nameKey } of groups.values()) {
    if (dynatraceId !== undefined) byId.set(dynatraceId, nameKey)
  }
  for (const name of byId.values()) names.add(name)
  return ({ resourceId, resourceName }) => {
    if (resourceId !== undefined) return byId.get(resourceId)
    const name = foldKey(resourceName)
    return names.has(name) ? name : undefined
  }
}

/** Folded addresses of those who came or went; undefined unless the event names all of them so. */
function peopleIn({ details }: AuditEvent): readonly string[] | undefined {
  const said = saidIn(details)
  const entries = [...(said?.lost ?? []), ...(said?.gained ?? [])]
  const people = entries.map(entry => textsOf(entry).find(text => text.includes('@')))
  const named = people.filter(person => person !== undefined)
  return named.length > 0 && named.length === people.length ? named : undefined
}

function addDefinition(
  { resourceId, resourceName }: AuditEvent,
  ours: ReadonlyMap<string, OwnedDefinition>,
  found: Set<string>,
): void {
  for (const { id, name } of ours.values()) {
    if (resourceId === undefined ? foldKey(name) === foldKey(resourceName) : id === resourceId) found.add(id)
  }
}
