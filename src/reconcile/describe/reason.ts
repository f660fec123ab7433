/** Why a step is in the plan: the IdP group, the rule or the event that a person would ask for. */
import type { DesiredGroup } from '../../access/desired-group.ts'
import { endedText } from '../../access/ends.ts'
import type { Leaving } from '../../access/model.ts'
import { bindingKey, permissionKey } from '../keys.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import { definitionReason } from './definitions.ts'
import { changedText } from './rights.ts'
import type { Vocabulary } from './vocabulary.ts'

/** In whole sentences. */
export function reasonOf(action: StepAction, words: Vocabulary): string {
  const ended = words.endedBehind(action)
  if (ended !== undefined) return endedText(ended)
  switch (action.kind) {
    case 'create-policy':
    case 'create-boundary':
    case 'update-policy':
    case 'update-boundary':
    case 'delete-policy':
    case 'delete-boundary':
      return definitionReason(action, words)
    case 'create-group':
      return sourceText(words.desiredGroup(action.group.ref))
    case 'update-group':
      return sourceText(words.desiredGroup(action.to.ref))
    case 'delete-group':
      return 'No IdP group and rule lead to this group of ours any more.'
    case 'invite-user':
      if (words.replaced.has(action.emailKey)) return renameText(action.emailKey, words)
      return words.model.lifecycle.invite === 'on-creation'
        ? 'The IdP provisions this person (lifecycle.invite: on-creation).'
        : 'A rule gives this person their first access (lifecycle.invite: with-first-access).'
    case 'remove-user':
      if (action.successor !== undefined) return renameText(action.successor, words)
      return removalReason(action.emailKey, words)
    case 'add-member':
      return memberSource(action.emailKey, words.desiredGroup(action.group), words)
    case 'remove-member':
      if (action.successor !== undefined) return renameText(action.successor, words)
      return leavingReason(action.emailKey, action.group, words)
    case 'add-binding':
      return ruleText(words.rules.get(bindingKey(action.binding)))
    case 'change-binding':
      return `${changedText(action.from, action, words)} → ${changedText(action.to, action, words)}. ${ruleText(words.rules.get(bindingKey(action.to)))}`
    case 'remove-binding':
    case 'remove-permission':
      return 'No rule grants it to this group: it was given by hand, or its rule has changed.'
    case 'add-permission':
      return ruleText(words.rules.get(permissionKey(action.permission)))
  }
}

function renameText(emailKey: string, { replaced, snapshot }: Vocabulary): string {
  const email = snapshot.people.get(emailKey)?.email ?? emailKey
  const old = (replaced.get(emailKey) ?? []).join(' and ')
  return `${email} replaces ${old}: the address was changed in the IdP. The old user loses nothing before the new one has everything.`
}

function sourceText(group: DesiredGroup | undefined): string {
  const [first] = group?.sources ?? []
  if (first === undefined) return 'Wanted by a rule.'
  const more = (group?.sources.length ?? 1) - 1
  return `IdP group "${first.idpGroupName}" by rule "${first.rule}"${more > 0 ? ` and ${more} more` : ''}.`
}

function memberSource(emailKey: string, group: DesiredGroup | undefined, { snapshot }: Vocabulary): string {
  const source = group?.sources.find(each => snapshot.members.get(each.idpGroupId)?.has(emailKey) === true)
  return source === undefined
    ? 'Wanted by a rule.'
    : `Member of IdP group "${source.idpGroupName}", rule "${source.rule}".`
}

function leavingReason(
  emailKey: string,
  ref: GroupRef,
  { model, snapshot, desiredGroup }: Vocabulary,
): string {
  const person = snapshot.people.get(emailKey)
  if (person?.active === false) {
    return `Deactivated in the IdP: groups are taken away${graceText(model.lifecycle.deactivated)}.`
  }
  if (person === undefined && snapshot.departures.has(emailKey)) {
    return `Deleted in the IdP: groups are taken away${graceText(model.lifecycle.deleted)}.`
  }
  const names = [...new Set(desiredGroup(ref)?.sources.map(source => `"${source.idpGroupName}"`))]
  return `Not a member of ${names.length === 1 ? 'IdP group' : 'any of the IdP groups'} ${names.slice(0, 3).join(', ')}.`
}

function removalReason(emailKey: string, { model, snapshot }: Vocabulary): string {
  const deactivated = snapshot.people.has(emailKey)
  const leaving = deactivated ? model.lifecycle.deactivated : model.lifecycle.deleted
  const what = deactivated ? 'Deactivated' : 'Deleted'
  return `${what} in the IdP, and the grace period of ${leaving.kind === 'remove' ? duration(leaving.afterMs) : '0s'} is over.`
}

const graceText = (leaving: Leaving): string =>
  leaving.kind === 'remove'
    ? ` now, and the account ${leaving.afterMs === 0 ? 'is left at once' : `is left after ${duration(leaving.afterMs)}`}`
    : ', the account user stays'

const ruleText = (rules: readonly string[] | undefined): string =>
  `Granted by ${rules?.length === 1 ? 'rule' : 'rules'} ${(rules ?? []).map(rule => `"${rule}"`).join(', ')}.`

/** A number of milliseconds as bridge.yaml writes it, e.g. `7d`. */
function duration(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const) {
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  }
  return `${Math.round(ms / 1000)}s`
}
