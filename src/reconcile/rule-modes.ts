/**
 * How far the bridge goes with a step by the rules behind it, where these are more cautious than the mode of the file.
 *
 * | step                              | decides                                                      |
 * | --------------------------------- | ------------------------------------------------------------ |
 * | group, members, removals          | the most cautious of all rules of the group                  |
 * | new or changed right              | the most cautious of the rules that ask for it               |
 * | what has ended                    | its rule, too                                                |
 * | group that no rule wants any more | the rules that may have made it                              |
 * | new policy or boundary            | the boldest of the rules that need it                        |
 * | changed policy or boundary        | the most cautious of them: it changes what all of them grant |
 * | invitation, departure, unused definition | the mode of the file alone                            |
 */
import type { DesiredGroup } from '../access/desired-group.ts'
import type { AccessModel } from '../access/model.ts'
import { groupOf } from './action.ts'
import type { Assignment } from './assign.ts'
import { byCaution, cautiousRules, type RuleMode } from './cautious-rules.ts'
import type { DesiredState } from './desired-state.ts'
import type { EndedBehind } from './ended-wishes.ts'
import { bindingKey, permissionKey } from './keys.ts'
import { makersOf } from './makers.ts'
import type { GroupRef } from './state.ts'
import type { StepAction } from './step.ts'

export type RuleModeOf = (action: StepAction) => RuleMode | undefined

/** `model`: with the rules that have ended. */
export function ruleModes(
  model: Pick<AccessModel, 'mode' | 'rules'>,
  known: {
    readonly assignment: Assignment
    readonly desired: Pick<DesiredState, 'state' | 'rules'>
    readonly endedBehind: EndedBehind
  },
): RuleModeOf {
  const cautious = cautiousRules(model)
  if (cautious.size === 0) return () => undefined
  const { assignment, desired, endedBehind } = known
  const mostCautious = (rules: Iterable<string>): RuleMode | undefined =>
    [...rules].flatMap(rule => cautious.get(rule) ?? []).sort(byCaution)[0]
  const boldest = (rules: ReadonlySet<string>): RuleMode | undefined => {
    const modes = [...rules].flatMap(rule => cautious.get(rule) ?? [])
    if (modes.length < rules.size) return undefined
    return modes.sort(byCaution).at(-1)
  }
  const makers = makersOf(model.rules.filter(({ name }) => cautious.has(name)))
  const ofGroup = (ref: GroupRef): readonly string[] => {
    const group = groupBehind(assignment, ref)
    return group === undefined ? makers(nameOf(assignment, ref)) : rulesOf(group)
  }
  const usedBy = definitionRules(desired)
  const none: ReadonlySet<string> = new Set()
  return action => {
    switch (action.kind) {
      case 'create-policy':
        return boldest(usedBy.get(action.policy.id) ?? none)
      case 'create-boundary':
        return boldest(usedBy.get(action.boundary.id) ?? none)
      case 'update-policy':
      case 'update-boundary':
        return mostCautious(usedBy.get(action.to.id) ?? none)
      case 'add-binding':
        return mostCautious(desired.rules.get(bindingKey(action.binding)) ?? [])
      case 'change-binding':
        return mostCautious(desired.rules.get(bindingKey(action.to)) ?? [])
      case 'add-permission':
        return mostCautious(desired.rules.get(permissionKey(action.permission)) ?? [])
      case 'create-group':
      case 'update-group':
      case 'add-member':
        return mostCautious(ofGroup(groupOf(action) ?? ''))
      case 'delete-group':
      case 'remove-member':
      case 'remove-binding':
      case 'remove-permission':
      case 'delete-boundary': {
        const ended = endedBehind(action)
        return mostCautious([
          ...ofGroup(groupOf(action) ?? ''),
          ...(ended === undefined ? [] : [ended.rule.name]),
        ])
      }
      case 'invite-user':
      case 'remove-user':
      case 'delete-policy':
        return undefined
    }
  }
}

const groupBehind = ({ desired, federated }: Assignment, ref: GroupRef): DesiredGroup | undefined =>
  desired.get(ref) ?? federated.get(ref)?.desired

/** Of a group that no rule stands behind. */
const nameOf = ({ orphans, withheld, federated }: Assignment, ref: GroupRef): string =>
  orphans.get(ref)?.name ?? withheld.get(ref)?.name ?? federated.get(ref)?.group.name ?? ''

const rulesOf = (group: DesiredGroup | undefined): readonly string[] => [
  ...new Set(group?.sources.map(({ rule }) => rule)),
]

/** Rules whose bindings rest on a policy or boundary, by its id. */
function definitionRules({
  state,
  rules,
}: Pick<DesiredState, 'state' | 'rules'>): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const [key, { policyId, boundaryIds }] of state.bindings) {
    for (const id of [policyId, ...boundaryIds]) {
      const own = found.get(id) ?? new Set()
      for (const rule of rules.get(key) ?? []) own.add(rule)
      found.set(id, own)
    }
  }
  return found
}
