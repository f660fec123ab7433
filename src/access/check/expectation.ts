/**
 * Whether expectations hold: the rules are tried on the IdP groups of each as if the identity provider had just these,
 * and what comes of it is evaluated in each of its environments.
 */
import { atOnce } from '../../lib/turns.ts'
import { type DesiredMemory, desiredMemory } from '../desired-memory.ts'
import { grantedByLevel, grantedIn } from '../evaluate/by-level.ts'
import { type AccountTexts, textsOf } from '../evaluate/texts.ts'
import { unknownIn } from '../evaluate/unknown.ts'
import type { AccessModel, Expectation } from '../model.ts'
import { judgeUse, type Outcome } from './use.ts'

export interface ExpectationResult {
  readonly expectation: Expectation
  /** `unknown`: it hangs on what a policy or boundary says that is not known here. */
  readonly kind: 'met' | 'failed' | 'unknown'
  /** One sentence without full stop: what is so. */
  readonly message: string
  /** One sentence without full stop: what to do; empty when it is met. */
  readonly remedy: string
}

/**
 * One result for each expectation of the model, in its order. The model is the one in force (`inForce`); without texts
 * of the account only definitions of the file are known.
 *
 * `can` is met where the permission is allowed for what `where` says, and nothing else is known of the request; `cannot` where
 * nothing could allow it whatever else the request is about.
 */
export function checkExpectations(
  model: AccessModel,
  accountTexts?: AccountTexts,
  memory: DesiredMemory = desiredMemory(),
): readonly ExpectationResult[] {
  return model.expectations.map(expectation => checkExpectation(expectation, model, accountTexts, memory))
}

function checkExpectation(
  expectation: Expectation,
  model: AccessModel,
  accountTexts: AccountTexts | undefined,
  memory: DesiredMemory,
): ExpectationResult {
  const groups = expectation.groups.map((displayName, at) => ({
    id: `expected-${at}`,
    displayName,
    externalId: expectation.externalId,
  }))
  const desired = atOnce(memory.desiring(model, groups))
  const texts = textsOf(desired, accountTexts)
  const levels = desired.groups.map(group => grantedByLevel(group, texts))
  const placed = placesOf(expectation, model).map(place => ({ place, granted: grantedIn(levels, place.id) }))
  const outcomes = placed.flatMap(({ place, granted }) => {
    const unknown = [...new Set(granted.unknown.flatMap(binding => unknownIn(binding, texts)))]
    const use = { where: expectation.where, environment: place.id, granted, unknown }
    const elsewhere = { levels, model }
    return [
      ...expectation.can.map(permission => ({ permission, wanted: 'can' as const })),
      ...expectation.cannot.map(permission => ({ permission, wanted: 'cannot' as const })),
    ].map(asked => ({ ...judgeUse({ ...use, ...asked }, elsewhere), place: place.name, ...asked }))
  })
  const taken = new Set(desired.groups.flatMap(({ sources }) => sources.map(source => source.idpGroupId)))
  const ignored = groups.filter(({ id }) => !taken.has(id)).map(({ displayName }) => displayName)
  const withheld = desired.withheld
  return summarise(expectation, outcomes, { ignored, withheld, hasAccount: accountTexts !== undefined })
}

interface Placed extends Outcome {
  readonly place: string
  readonly permission: string
  readonly wanted: 'can' | 'cannot'
}

/** Why nothing may be granted at all. */
interface Background {
  /** IdP groups of which no rule makes anything. */
  readonly ignored: readonly string[]
  /** Dynatrace groups about which the rules contradict each other. */
  readonly withheld: readonly string[]
  readonly hasAccount: boolean
}

function summarise(
  expectation: Expectation,
  outcomes: readonly Placed[],
  background: Background,
): ExpectationResult {
  const subject = `IdP ${expectation.groups.length > 1 ? 'groups' : 'group'} ${expectation.groups.join(' and ')}`
  const failed = outcomes.filter(({ kind }) => kind === 'failed')
  const open = failed.length > 0 ? failed : outcomes.filter(({ kind }) => kind === 'unknown')
  const [first] = open
  const kind = first?.kind ?? 'met'
  const isWithheld = background.withheld.length > 0
  if (isWithheld && (first === undefined || first.wanted === 'can')) {
    return { expectation, kind: kind === 'met' ? 'unknown' : kind, ...contradiction(subject, background) }
  }
  if (first === undefined) return { expectation, kind, message: `${subject}: it holds`, remedy: '' }
  if (
    kind === 'failed' &&
    first.wanted === 'can' &&
    background.ignored.length === expectation.groups.length
  ) {
    const message = `${subject}: no rule takes ${background.ignored.length > 1 ? 'them' : 'it'}, so ${first.permission} is denied`
    return {
      expectation,
      kind,
      message,
      remedy: 'correct the name, or the "match" of the rule that is meant',
    }
  }
  const places = open
    .filter(({ permission, reason }) => permission === first.permission && reason === first.reason)
    .map(({ place }) => place)
  const use = useText(first, expectation)
  const where = listed(places)
  const told =
    kind === 'failed'
      ? `${use} is ${first.wanted === 'can' ? 'denied' : 'allowed'} in ${where}`
      : `whether ${use} is allowed in ${where} cannot be told`
  return {
    expectation,
    kind,
    message: `${subject}: ${told}: ${first.reason}${alsoIgnored(first, background)}`,
    remedy: kind === 'unknown' ? unknownRemedy(background) : first.remedy,
  }
}

function useText({ permission }: Placed, { where }: Expectation): string {
  const on = Object.entries(where).map(([name, value]) => `${name} = "${value}"`)
  return on.length === 0 ? permission : `${permission} on ${on.join(' and ')}`
}

function alsoIgnored({ wanted }: Placed, { ignored }: Background): string {
  if (wanted === 'cannot' || ignored.length === 0) return ''
  return ` (no rule takes ${ignored.join(' and ')})`
}

/** Rules that contradict each other leave the group as it is in the account, which nobody knows here. */
function contradiction(
  subject: string,
  { withheld }: Background,
): Pick<ExpectationResult, 'message' | 'remedy'> {
  const [name] = withheld
  return {
    message: `${subject}: the rules contradict each other about Dynatrace group "${name}", so it is left as it is`,
    remedy: 'let the rules agree about this group, or give the groups names of their own',
  }
}

const unknownRemedy = ({ hasAccount }: Background): string =>
  hasAccount
    ? 'look whether the account has it, and whether it can be read'
    : 'define it in this file, or let the running bridge check it: it knows what the account has'

interface Place {
  /** Undefined: the account. */
  readonly id: string | undefined
  /** As a message goes on. */
  readonly name: string
}

function placesOf({ environments }: Expectation, model: AccessModel): readonly Place[] {
  if (environments === undefined) return [{ id: undefined, name: 'the account' }]
  return environments.map(id => ({ id, name: model.environments.find(each => each.id === id)?.name ?? id }))
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}
