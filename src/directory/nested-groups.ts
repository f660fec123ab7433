/** Which groups lie below and above a group, from the nestings alone. */

/** A group as a member of a group. */
export interface Nesting {
  readonly groupId: string
  readonly memberId: string
}

export interface NestedGroups {
  /** The group and all groups below it. */
  below(id: string): ReadonlySet<string>
  /** The group and all groups that contain it. */
  above(id: string): ReadonlySet<string>
}

export function nestedGroups(nestings: readonly Nesting[]): NestedGroups {
  const down = new Map<string, string[]>()
  const up = new Map<string, string[]>()
  for (const { groupId, memberId } of nestings) {
    append(down, groupId, memberId)
    append(up, memberId, groupId)
  }
  return { below: id => reached(down, id), above: id => reached(up, id) }
}

function append(edges: Map<string, string[]>, from: string, to: string): void {
  const known = edges.get(from)
  if (known === undefined) edges.set(from, [to])
  else known.push(to)
}

function reached(edges: ReadonlyMap<string, readonly string[]>, start: string): ReadonlySet<string> {
  // A set is walked in the order of insertion, what is added on the way included.
  const found = new Set([start])
  for (const id of found) for (const next of edges.get(id) ?? []) found.add(next)
  return found
}
