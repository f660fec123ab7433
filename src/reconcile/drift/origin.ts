/** The rules and IdP groups that a difference comes from. Pure. */
import type { DesiredGroup } from '../../access/desired-group.ts'
import { groupOf } from '../action.ts'
import type { Vocabulary } from '../describe/vocabulary.ts'
import { bindingKey, permissionKey } from '../keys.ts'
import type { StepAction } from '../step.ts'

export interface Origin {
  readonly rules: readonly string[]
  readonly idpGroups: readonly string[]
}

/** Of rights the rules that grant them; of members the IdP groups they are in; of what nobody wants, those of its group. */
export function originOf(action: StepAction, words: Vocabulary): Origin {
  const ref = groupOf(action)
  const group = ref === undefined ? undefined : words.desiredGroup(ref)
  const sources = sourcesFor(action, group, words)
  const granting = grantingRules(action, words)
  return {
    rules: [...new Set(granting ?? sources.map(({ rule }) => rule))],
    idpGroups: [...new Set(sources.map(({ idpGroupName }) => idpGroupName))],
  }
}

function sourcesFor(
  action: StepAction,
  group: DesiredGroup | undefined,
  { snapshot }: Vocabulary,
): DesiredGroup['sources'] {
  const sources = group?.sources ?? []
  if (action.kind !== 'add-member') return sources
  return sources.filter(({ idpGroupId }) => snapshot.members.get(idpGroupId)?.has(action.emailKey) === true)
}

function grantingRules(action: StepAction, { rules }: Vocabulary): readonly string[] | undefined {
  switch (action.kind) {
    case 'add-binding':
      return rules.get(bindingKey(action.binding))
    case 'change-binding':
      return rules.get(bindingKey(action.to))
    case 'add-permission':
      return rules.get(permissionKey(action.permission))
    default:
      return undefined
  }
}
