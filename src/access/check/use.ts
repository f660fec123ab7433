/** One permission in one place: whether it is allowed as an expectation wants it, and what stands in the way. */
import { decide } from '../../policy/decide.ts'
import { type ByLevel, grantedIn } from '../evaluate/by-level.ts'
import { alternativesText, extentOf } from '../evaluate/extent.ts'
import type { Granted, GrantedStatement } from '../evaluate/granted.ts'
import { conditionsText } from '../evaluate/tidy-conditions.ts'
import type { AccessModel } from '../model.ts'

export interface Use {
  readonly permission: string
  readonly wanted: 'can' | 'cannot'
  readonly where: Readonly<Record<string, string>>
  /** Id; undefined: the account alone. */
  readonly environment: string | undefined
  /** All that counts there. */
  readonly granted: Granted
  /** `policy "X"`: what counts there and nobody knows the text of. */
  readonly unknown: readonly string[]
}

export interface Outcome {
  readonly kind: 'met' | 'failed' | 'unknown'
  /** Why, as the end of a sentence; empty when it is met. */
  readonly reason: string
  readonly remedy: string
}

/** What the same groups have in other places, to tell of it. */
export interface Elsewhere {
  readonly levels: readonly ByLevel[]
  readonly model: Pick<AccessModel, 'environments'>
}

export const judgeUse = (use: Use, elsewhere: Elsewhere): Outcome =>
  use.wanted === 'can' ? judgeCan(use, elsewhere) : judgeCannot(use)

const met: Outcome = { kind: 'met', reason: '', remedy: '' }

/** What is not known could deny what is allowed, and allow what nothing allows, but not undo a denial. */
function judgeCan(use: Use, elsewhere: Elsewhere): Outcome {
  const { permission, unknown } = use
  const decision = decide(use.granted.statements, { permission, attributes: attributesOf(use) })
  if (decision.kind === 'denied' && decision.by !== undefined) {
    const reason = `policy "${decision.by.binding.policy}" of group "${decision.by.group}" denies it${whereText(decision.by)}`
    return { kind: 'failed', reason, remedy: 'narrow that DENY, or expect no access there' }
  }
  if (unknown.length > 0) return { kind: 'unknown', reason: unknownReason(unknown), remedy: '' }
  return decision.kind === 'allowed' ? met : { kind: 'failed', ...missing(use, elsewhere) }
}

function judgeCannot(use: Use): Outcome {
  const { permission, unknown } = use
  const own = use.granted.statements.filter(each => each.permission === permission)
  const extent = extentOf(own, attributesOf(use))
  const [grant] = extent.any
  if (grant === undefined) {
    return unknown.length === 0 || isDenied(use)
      ? met
      : { kind: 'unknown', reason: unknownReason(unknown), remedy: '' }
  }
  const { binding, group } = grant.of
  const rest = alternativesText(extent.any)[0] ?? ''
  const only = rest === '' ? '' : ` where ${rest}`
  const reason = `policy "${binding.policy}" of group "${group}" allows it${only}`
  const remedy =
    rest === ''
      ? 'take the binding away, or limit it by a boundary that has this permission'
      : 'limit the binding further, or say in "where" on what it must not be used'
  return { kind: 'failed', reason, remedy }
}

/** Whether a DENY settles it, whatever else is bound. */
function isDenied(use: Use): boolean {
  const { permission, granted } = use
  const decision = decide(granted.statements, { permission, attributes: attributesOf(use) })
  return decision.kind === 'denied' && decision.by !== undefined
}

/** Nothing that counts there grants it: what comes nearest. */
function missing(use: Use, { levels, model }: Elsewhere): Omit<Outcome, 'kind'> {
  const { permission, granted } = use
  const near = granted.statements.find(each => each.permission === permission && each.effect === 'ALLOW')
  if (near !== undefined) {
    const { binding } = near
    const limits = binding.boundaries.map(name => `"${name}"`).join(', ')
    const limited = limits === '' ? '' : ` (it is limited by boundary ${limits})`
    return {
      reason: `policy "${binding.policy}" allows it only${whereText(near)}${limited}`,
      remedy: 'correct "where" of the expectation, or the conditions of the policy or boundary',
    }
  }
  const there = model.environments.find(
    ({ id }) =>
      id !== use.environment &&
      grantedIn(levels, id).statements.some(
        each => each.permission === permission && each.effect === 'ALLOW',
      ),
  )
  if (there !== undefined) {
    const reason = `no binding there grants it; one does in ${there.name}`
    return { reason, remedy: 'add this environment to "level" of the binding, or expect it there only' }
  }
  const policies = [...new Set(granted.statements.map(({ binding }) => `"${binding.policy}"`))]
  const bound = policies.length === 0 ? '' : ` (what is bound there: ${policies.slice(0, 3).join(', ')})`
  return {
    reason: `no binding there grants it${bound}`,
    remedy: 'add the permission to a policy that is bound there, or bind one that has it',
  }
}

/** What is known of a request from where it is made. */
const attributesOf = ({ where, environment }: Use): Readonly<Record<string, string>> =>
  environment === undefined ? where : { 'global:environmentId': environment, ...where }

const unknownReason = (unknown: readonly string[]): string =>
  `what ${unknown.slice(0, 3).join(', ')} ${unknown.length === 1 ? 'says' : 'say'} is not known here`

function whereText({ conditions }: GrantedStatement): string {
  return conditions.length === 0 ? '' : ` where ${conditionsText(conditions)}`
}
