/** Bindings on the wire: lists fold groups that share everything else into one entry, details do not. */
import { canonicalJson } from '../../lib/digest.ts'
import type { Binding, Level } from '../account/objects.ts'

/** A list of bindings of one level. Members that hold nothing are left out. */
export function foldedBindings(level: Level, bindings: readonly Binding[]) {
  const folded = Map.groupBy(bindings, ({ policyUuid, parameters, metadata, boundaries }) =>
    canonicalJson([policyUuid, parameters, metadata, [...boundaries].sort()]),
  )
  const policyBindings = [...folded.values()].flatMap(same => {
    const [first] = same
    if (first === undefined) return []
    return [
      {
        policyUuid: first.policyUuid,
        groups: same.map(binding => binding.groupUuid),
        ...(isEmpty(first.parameters) ? {} : { parameters: first.parameters }),
        ...(isEmpty(first.metadata) ? {} : { metadata: first.metadata }),
        ...(first.boundaries.length === 0 ? {} : { boundaries: first.boundaries }),
      },
    ]
  })
  return { levelType: level.type, levelId: level.id, policyBindings }
}

/** The policies of one group, with one entry per binding when details are wanted. */
export function groupBindings(level: Level, bindings: readonly Binding[], details: boolean) {
  const policyUuids = [...new Set(bindings.map(binding => binding.policyUuid))]
  if (!details) return { policyUuids }
  const bindingsDetails = bindings.map(({ policyUuid, groupUuid, parameters, metadata, boundaries }) => ({
    policyUuid,
    groups: [groupUuid],
    parameters,
    ...(isEmpty(metadata) ? {} : { metadata }),
    ...(boundaries.length === 0 ? {} : { boundaries }),
    levelType: level.type,
    levelId: level.id,
  }))
  return { policyUuids, bindingsDetails }
}

const isEmpty = (map: Readonly<Record<string, string>>): boolean => Object.keys(map).length === 0
