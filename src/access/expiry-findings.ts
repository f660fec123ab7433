/** What a person should know of grants that end soon, and of those that are over. Pure. */
import type { Finding } from '../lib/finding.ts'
import { type EndingGrant, endedText, endingGrants, reasonText } from './ends.ts'
import { endOf, hasEnded } from './in-force.ts'
import type { AccessModel } from './model.ts'

/** How long before the end it is told. */
const SOON_MS = 14 * 86_400_000

/** One finding for each rule and kind. */
export function expiryFindings(model: Pick<AccessModel, 'rules'>, now: Date): readonly Finding[] {
  return model.rules.flatMap(rule => {
    const own = endingGrants({ rules: [rule] })
    // Of a rule that is over nothing else is left to end.
    const whole = own.filter(({ kind, until }) => kind === 'rule' && hasEnded(until, now))
    const told = whole.length > 0 ? whole : own
    const ended = told.filter(({ until }) => hasEnded(until, now))
    const soon = told.filter(({ until }) => !hasEnded(until, now) && endOf(until) - now.getTime() <= SOON_MS)
    return [...endsSoon(rule.name, soon), ...isOver(rule.name, ended)]
  })
}

function endsSoon(rule: string, soon: readonly EndingGrant[]): readonly Finding[] {
  if (soon.length === 0) return []
  const sentences = soon.map(({ title, until }) => `${title} ends on ${until.lastDay}${reasonText(until)}`)
  return [
    {
      kind: 'grant-ends-soon',
      severity: 'info',
      subject: `rule ${rule}`,
      message: [...new Set(sentences)].join(' '),
      remedy: 'To grant it for longer, set a later "until" in bridge.yaml; else nothing is to be done.',
    },
  ]
}

function isOver(rule: string, ended: readonly EndingGrant[]): readonly Finding[] {
  if (ended.length === 0) return []
  return [
    {
      kind: 'grant-ended',
      severity: 'info',
      subject: `rule ${rule}`,
      message: [...new Set(ended.map(endedText))].join(' '),
      remedy: 'Take the entry out of bridge.yaml, or set a later "until" to grant it again.',
    },
  ]
}
