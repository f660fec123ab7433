/** Bindings and role permissions in words, with the names of policies, boundaries and environments. */
import type { Level } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import { bindingKey } from '../keys.ts'
import type { StateBinding, StatePermission } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { Vocabulary } from './vocabulary.ts'

/** The binding without its group. */
export function bindingText(binding: StateBinding, words: Vocabulary): string {
  const policy = words.definitionName(binding.policyId)
  const parameters = Object.entries(binding.parameters).map(([name, value]) => `${name}=${value}`)
  const boundaries = binding.boundaryIds.length > 0 ? `, within ${boundaryText(binding, words)}` : ''
  return `"${policy}"${parameters.length > 0 ? ` (${parameters.join(', ')})` : ''} on ${levelText(binding.level, words)}${boundaries}`
}

type Change = Extract<StepAction, { kind: 'change-binding' }>

/** What it is that changes: the boundaries of a binding, or, under the same policy, its parameters too. */
export function changeText(change: Change, words: Vocabulary): string {
  const what = sameParameters(change) ? 'boundaries of ' : ''
  const parameters = sameParameters(change) ? change.to.parameters : {}
  return `${what}${bindingText({ ...change.to, parameters, boundaryIds: [] }, words)}`
}

/** Of one side of a change, what is not the same on the other. */
export function changedText(side: StateBinding, change: Change, words: Vocabulary): string {
  if (sameParameters(change)) return boundaryText(side, words)
  const parameters = Object.entries(side.parameters).map(([name, value]) => `${name}=${value}`)
  return `${parameters.length === 0 ? 'no parameters' : parameters.join(', ')} within ${boundaryText(side, words)}`
}

/** The role permission without its group. */
export function permissionText(permission: StatePermission, words: Vocabulary): string {
  if (permission.scopeType === 'account') return `role ${permission.role} on the account`
  const [environment = '', zone] = permission.scope.split(':')
  const where = levelText({ kind: 'environment', id: environment }, words)
  return `role ${permission.role} on ${zone === undefined ? where : `${zoneText(zone, environment, words)} of ${where}`}`
}

function zoneText(id: string, environment: string, { catalogue }: Vocabulary): string {
  const zone = catalogue?.zones?.find(each => each.id === id && each.environment.id === environment)
  return zone === undefined ? `management zone ${id}` : `management zone "${zone.name}"`
}

const sameParameters = ({ from, to }: Change): boolean => bindingKey(from) === bindingKey(to)

function boundaryText(binding: StateBinding, { definitionName }: Vocabulary): string {
  if (binding.boundaryIds.length === 0) return 'no boundary'
  return binding.boundaryIds.map(id => `"${definitionName(id)}"`).join(' + ')
}

export function levelText(
  level: Level,
  { model, catalogue }: Pick<Vocabulary, 'model' | 'catalogue'>,
): string {
  if (level.kind !== 'environment') return level.kind === 'account' ? 'the account' : 'every account'
  const name =
    model.environments.find(each => each.id === level.id)?.name ?? catalogue?.environments.get(level.id)?.name
  return name === undefined || foldKey(name) === foldKey(level.id)
    ? `environment ${level.id}`
    : `environment ${name} (${level.id})`
}
