/** Steps in words: names instead of ids, and the reason a person would ask for. */
import type { DesiredGroup } from '../access/desired-group.ts'
import type { AccessModel, Leaving } from '../access/model.ts'
import type { DirectorySnapshot } from '../directory/snapshot.ts'
import type { Level } from '../dynatrace/dynatrace.ts'
import { foldKey } from '../lib/fold.ts'
import type { Catalogue } from './catalogue.ts'
import { bindingKey, permissionKey } from './keys.ts'
import type { GroupRef, StateBinding, StatePermission } from './state.ts'
import type { StepAction } from './step.ts'

export interface Vocabulary {
  readonly model: AccessModel
  readonly snapshot: DirectorySnapshot
  readonly catalogue: Catalogue | undefined
  readonly groupName: (ref: GroupRef) => string
  readonly desiredGroup: (ref: GroupRef) => DesiredGroup | undefined
  /** Rules behind a binding or permission, by its key. */
  readonly rules: ReadonlyMap<string, readonly string[]>
  /** Old addresses by the folded new one, where a new user takes the place of an old one. */
  readonly replaced: ReadonlyMap<string, readonly string[]>
}

export function describe(
  action: StepAction,
  words: Vocabulary,
): { readonly title: string; readonly reason: string } {
  return { title: titleOf(action, words), reason: reasonOf(action, words) }
}

function titleOf(action: StepAction, words: Vocabulary): string {
  switch (action.kind) {
    case 'create-group':
      return `create group "${action.group.name}"`
    case 'update-group':
      return action.from.name === action.to.name
        ? `describe group "${action.to.name}"`
        : `rename group "${action.from.name}" to "${action.to.name}"`
    case 'delete-group':
      return `delete group "${action.group.name}" with ${plural(action.members, 'member')}`
    case 'invite-user':
      return `invite ${action.email}${replacing(action.emailKey, words)}`
    case 'remove-user':
      return `remove ${action.email}${replacedBy(action, words)} from the account`
    case 'add-member':
      return `add ${action.email} to "${words.groupName(action.group)}"`
    case 'remove-member':
      return `remove ${action.email}${replacedBy(action, words)} from "${words.groupName(action.group)}"`
    case 'add-binding':
      return `bind ${bindingText(action.binding, words)} to "${words.groupName(action.binding.group)}"`
    case 'change-binding':
      return `change ${changeText(action, words)} of "${words.groupName(action.to.group)}"`
    case 'remove-binding':
      return `unbind ${bindingText(action.binding, words)} from "${words.groupName(action.binding.group)}"`
    case 'add-permission':
      return `grant ${permissionText(action.permission, words)} to "${words.groupName(action.permission.group)}"`
    case 'remove-permission':
      return `revoke ${permissionText(action.permission, words)} from "${words.groupName(action.permission.group)}"`
  }
}

function reasonOf(action: StepAction, words: Vocabulary): string {
  switch (action.kind) {
    case 'create-group':
      return sourceText(words.desiredGroup(action.group.ref))
    case 'update-group':
      return sourceText(words.desiredGroup(action.to.ref))
    case 'delete-group':
      return 'No IdP group and rule lead to this group of ours any more.'
    case 'invite-user':
      if (replacing(action.emailKey, words) !== '') return renameText(action.emailKey, words)
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
      return `${changed(action.from, action, words)} → ${changed(action.to, action, words)}. ${ruleText(words.rules.get(bindingKey(action.to)))}`
    case 'remove-binding':
    case 'remove-permission':
      return 'No rule grants it to this group: it was given by hand, or its rule has changed.'
    case 'add-permission':
      return ruleText(words.rules.get(permissionKey(action.permission)))
  }
}

function replacing(emailKey: string, { replaced }: Vocabulary): string {
  const names = replaced.get(emailKey)
  return names === undefined ? '' : `, who replaces ${names.join(' and ')}`
}

const replacedBy = ({ successor }: { readonly successor?: string }, { snapshot }: Vocabulary): string =>
  successor === undefined ? '' : `, whom ${snapshot.people.get(successor)?.email ?? successor} replaces,`

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

function bindingText(binding: StateBinding, words: Vocabulary): string {
  const policy =
    words.catalogue?.policies.find(each => each.id === binding.policyId)?.name ?? binding.policyId
  const parameters = Object.entries(binding.parameters).map(([name, value]) => `${name}=${value}`)
  const boundaries = binding.boundaryIds.length > 0 ? `, within ${boundaryText(binding, words)}` : ''
  return `"${policy}"${parameters.length > 0 ? ` (${parameters.join(', ')})` : ''} on ${levelText(binding.level, words)}${boundaries}`
}

type Change = Extract<StepAction, { kind: 'change-binding' }>

/** What it is that changes: the boundaries of a binding, or, under the same policy, its parameters too. */
function changeText(change: Change, words: Vocabulary): string {
  const what = sameParameters(change) ? 'boundaries of ' : ''
  const parameters = sameParameters(change) ? change.to.parameters : {}
  return `${what}${bindingText({ ...change.to, parameters, boundaryIds: [] }, words)}`
}

function changed(side: StateBinding, change: Change, words: Vocabulary): string {
  if (sameParameters(change)) return boundaryText(side, words)
  const parameters = Object.entries(side.parameters).map(([name, value]) => `${name}=${value}`)
  return `${parameters.length === 0 ? 'no parameters' : parameters.join(', ')} within ${boundaryText(side, words)}`
}

const sameParameters = ({ from, to }: Change): boolean => bindingKey(from) === bindingKey(to)

function boundaryText(binding: StateBinding, { catalogue }: Vocabulary): string {
  if (binding.boundaryIds.length === 0) return 'no boundary'
  const nameOf = (id: string) => catalogue?.boundaries.find(each => each.id === id)?.name ?? id
  return binding.boundaryIds.map(id => `"${nameOf(id)}"`).join(' + ')
}

function permissionText(permission: StatePermission, words: Vocabulary): string {
  if (permission.scopeType === 'account') return `role ${permission.role} on the account`
  const [environment = '', zone] = permission.scope.split(':')
  const where = levelText({ kind: 'environment', id: environment }, words)
  return `role ${permission.role} on ${zone === undefined ? where : `management zone ${zone} of ${where}`}`
}

function levelText(level: Level, { model, catalogue }: Pick<Vocabulary, 'model' | 'catalogue'>): string {
  if (level.kind !== 'environment') return level.kind === 'account' ? 'the account' : 'every account'
  const name =
    model.environments.find(each => each.id === level.id)?.name ?? catalogue?.environments.get(level.id)?.name
  return name === undefined || foldKey(name) === foldKey(level.id)
    ? `environment ${level.id}`
    : `environment ${name} (${level.id})`
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

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
