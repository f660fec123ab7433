/** Whether the details of an audit event speak of a membership, binding, permission or text. Pure. */
import { canonicalJson } from '../../lib/digest.ts'
import { foldKey } from '../../lib/fold.ts'
import type { StateBinding, StatePermission } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { Bearing } from './bearing.ts'
import { type Entry, membersCalled, type Said, textsOf, tidy } from './details.ts'
import type { Names } from './subject.ts'

type Relation = Extract<StepAction, { readonly kind: `${string}-${'member' | 'binding' | 'permission'}` }>
type Change = Extract<StepAction, { readonly from: unknown }>

/** The entry is the membership, permission or binding that the action adds or removes. */
export function mentions(entry: Entry, action: Relation, names: Names): boolean {
  switch (action.kind) {
    case 'add-member':
    case 'remove-member':
      return isPerson(entry, action.emailKey, names)
    case 'add-permission':
    case 'remove-permission':
      return isPermission(entry, action.permission)
    case 'add-binding':
    case 'remove-binding':
      return isBinding(entry, action.binding, names)
    case 'change-binding':
      return isBinding(entry, action.from, names) || isBinding(entry, action.to, names)
  }
}

/**
 * What became of a thing whose content differs: `brought-about` when it got what was observed or lost what is wanted,
 * `undone` when it got what is wanted.
 */
export function observedAgain(said: Said, action: Change, names?: Names): Bearing | undefined {
  if (action.kind === 'change-binding') return ofBinding(said, action, names)
  const pairs = textPairs(action).filter(({ from, to }) => from !== to)
  const lost = new Set(said.lost.flatMap(textsOf))
  const gained = new Set(said.gained.flatMap(textsOf))
  if (pairs.some(({ from, to }) => (from !== '' && gained.has(from)) || (to !== '' && lost.has(to)))) {
    return 'brought-about'
  }
  return pairs.some(({ to }) => to !== '' && gained.has(to)) ? 'undone' : undefined
}

function ofBinding(
  said: Said,
  { from, to }: Extract<StepAction, { kind: 'change-binding' }>,
  names: Names | undefined,
): Bearing | undefined {
  if (names === undefined) return undefined
  const is = (side: keyof Said, binding: StateBinding) =>
    said[side].some(entry => isBinding(entry, binding, names) && hasBoundaries(entry, binding, names))
  if (is('gained', from) || is('lost', to)) return 'brought-about'
  return is('gained', to) ? 'undone' : undefined
}

interface Pair {
  readonly from: string
  readonly to: string
}

/** What is observed and what is wanted of each text, as texts of entries are. */
function textPairs(action: Exclude<Change, { kind: 'change-binding' }>): readonly Pair[] {
  const pair = (from: string, to: string): Pair => ({ from: foldKey(tidy(from)), to: foldKey(tidy(to)) })
  const name = pair(action.from.name, action.to.name)
  switch (action.kind) {
    case 'update-group':
      return [name, pair(action.from.description, action.to.description)]
    case 'update-policy':
      return [
        name,
        pair(action.from.description, action.to.description),
        pair(action.from.statement, action.to.statement),
      ]
    case 'update-boundary':
      return [name, pair(action.from.query, action.to.query)]
  }
}

/** E-mail addresses are not told apart by letter case, uids are. */
function isPerson(entry: Entry, emailKey: string, names: Names): boolean {
  const uid = names.uidOf(emailKey)
  return textsOf(entry).some(text => text === emailKey || (uid !== undefined && text === foldKey(uid)))
}

/** A role and its scope may be two texts or stand in one, e.g. `tenant-viewer#abc12345#tenant`. */
function isPermission(entry: Entry, { role, scope }: StatePermission): boolean {
  const words = textsOf(entry).flatMap(text => [text, ...text.split(/[#|,;\s]+/)])
  return words.includes(foldKey(role)) && words.includes(foldKey(scope))
}

/** The policy, by id or name; level and parameters count where the entry has such. */
function isBinding(entry: Entry, binding: StateBinding, names: Names): boolean {
  const texts = textsOf(entry)
  const isOfPolicy = [binding.policyId, names.definitionName(binding.policyId)].some(name =>
    texts.includes(foldKey(tidy(name))),
  )
  return isOfPolicy && isAtLevel(entry, binding.level) && hasParameters(entry, binding.parameters)
}

function isAtLevel(entry: Entry, level: StateBinding['level']): boolean {
  const said = membersCalled(entry, /level/i).flatMap(textsOf).join(' ')
  if (said === '') return true
  return level.kind === 'environment' ? said.includes(foldKey(level.id)) : !said.includes('environment')
}

function hasParameters(entry: Entry, parameters: StateBinding['parameters']): boolean {
  const [said] = membersCalled(entry, /param/i)
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return true
  return canonicalJson(said) === canonicalJson(parameters)
}

function hasBoundaries(entry: Entry, { boundaryIds }: StateBinding, names: Names): boolean {
  const said = membersCalled(entry, /bound/i)
  if (said.length === 0) return true
  const texts = said.flatMap(textsOf)
  const known = (id: string) =>
    [id, names.definitionName(id)].some(name => texts.includes(foldKey(tidy(name))))
  return boundaryIds.every(known) && (boundaryIds.length > 0 || texts.length === 0)
}
