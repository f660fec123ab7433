/** What never happens, whoever asks: removals in upsert mode, and whatever touches the protected. */
import { foldKey } from '../../lib/fold.ts'
import { groupOf, isRemoval, loserOf } from '../action.ts'
import type { StepAction, Verdict } from '../step.ts'
import { refusedTemplate } from './definitions.ts'
import type { GuardFacts } from './facts.ts'
import { refuse } from './verdict.ts'

/** Whether the mode of the file or of a rule refuses the action, or an expectation does: then nobody loses anything by it. */
export const isStanding = (verdict: Verdict | undefined): boolean =>
  verdict?.kind === 'refuse' &&
  (verdict.guard === 'mode' ||
    verdict.guard === 'read-only' ||
    verdict.guard === 'paused' ||
    verdict.guard === 'expectation' ||
    verdict.guard === 'second-instance')

/** Undefined when nothing speaks against the action as such. */
export function refusal(action: StepAction, facts: GuardFacts): Verdict | undefined {
  const { model, nameOf } = facts
  if (model.readOnly) {
    return refuse(
      'read-only',
      'The bridge only reads (readOnly in bridge.yaml): nothing is changed, whatever is approved.',
    )
  }
  if (facts.paused !== undefined) return refuse('paused', facts.paused)
  if (facts.secondInstance !== undefined) return refuse('second-instance', facts.secondInstance)
  if (model.mode === 'upsert' && isRemoval(action)) {
    return refuse('mode', 'The mode is "upsert": the bridge adds and changes, and never removes.')
  }
  const cautious = refusedByRule(action, facts)
  if (cautious !== undefined) return cautious
  if (action.kind === 'remove-member' || action.kind === 'remove-user') {
    if (model.protect.users.includes(action.emailKey)) {
      return refuse('protected-user', `${action.email} is protected (protect.users in bridge.yaml).`)
    }
    if (facts.emergencyContacts.has(action.emailKey)) {
      return refuse('emergency-contact', `${action.email} is an emergency contact of the account.`)
    }
  }
  const own = ownSubject(action, facts)
  if (own !== undefined) return own
  const template = refusedTemplate(action, facts.uses)
  if (template !== undefined) return template
  const ref = groupOf(action)
  if (ref === undefined) return undefined
  const name = action.kind === 'update-group' ? action.from.name : nameOf(ref)
  if (model.protect.groups.includes(foldKey(name)) || model.protect.groups.includes(foldKey(nameOf(ref)))) {
    return refuse('protected-group', `The group "${name}" is protected (protect.groups in bridge.yaml).`)
  }
  const owner = facts.federatedSince.get(ref)
  if (owner !== undefined && OF_THE_FEDERATION.has(action.kind)) {
    return refuse(
      'federated',
      `The group "${name}" belongs to ${owner} by now: what it is called and who is in it is said there. The bridge gives ` +
        'it permissions and bindings only.',
    )
  }
  const serviceUsers = facts.withServiceUsers.get(ref)
  if (serviceUsers !== undefined && isRemoval(action) && action.kind !== 'remove-member') {
    return refuse(
      'service-user',
      `The group "${name}" carries rights of ${serviceUsers.join(', ')}, which may be the bridge's own; ` +
        'take the service user out of the group first.',
    )
  }
  return undefined
}

function refusedByRule(
  action: StepAction,
  { ruleMode, failed, isFarewell }: GuardFacts,
): Verdict | undefined {
  const cautious = ruleMode(action)
  if (cautious?.mode === 'observe') {
    return refuse(
      'mode',
      `Rule "${cautious.rule}" only observes (mode: observe): it is told what would happen, and nothing is done.`,
    )
  }
  if (cautious?.mode === 'upsert' && isRemoval(action)) {
    return refuse('mode', `Rule "${cautious.rule}" adds and changes, and never removes (mode: upsert).`)
  }
  if (failed === undefined || isFarewell(action)) return undefined
  const more =
    failed.more === 0 ? '' : ` ${failed.more} more ${failed.more === 1 ? 'fails' : 'fail'} as well.`
  return refuse('expectation', `${failed.message}${more} Until it is met, nothing is changed.`)
}

const OF_THE_FEDERATION: ReadonlySet<StepAction['kind']> = new Set([
  'update-group',
  'delete-group',
  'add-member',
  'remove-member',
])

/** What our own rights come from: whoever takes that away locks the bridge out, and no call of ours can undo it. */
function ownSubject(action: StepAction, { subject, nameOf }: GuardFacts): Verdict | undefined {
  if (subject === undefined) return undefined
  if (loserOf(action) === subject.emailKey) {
    return refuse('own-subject', `${subject.emailKey} is the user that the bridge's OAuth client acts as.`)
  }
  const ref = groupOf(action)
  if (ref === undefined || !subject.groups.has(ref)) return undefined
  return refuse(
    'own-subject',
    `The group "${nameOf(ref)}" holds ${subject.emailKey}, the user that the bridge's OAuth client acts as, and is never ` +
      'touched. Let the client act as a service user that is in no group of the rules.',
  )
}
