/** What is known of one difference, below the step that would end it. Pure. */
import { actorText } from '../../reconcile/drift/actor-text.ts'
import type { Drift } from '../../reconcile/drift/drift.ts'
import { ageText } from './age-text.ts'
import { wrapped } from './columns.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'

const DEEP = '        '
const DEEPER = `${DEEP}  `

interface Look {
  readonly paint: Paint
  readonly widest: number
  /** When all of it is told. */
  readonly driftAt: Date | undefined
}

/** In a plan only what was done by hand, or comes back again and again, says so. */
export function driftLines(stepId: string, drift: Drift | undefined, look: Look): readonly string[] {
  if (drift === undefined) return []
  if (look.driftAt === undefined) {
    const isNotable = drift.cause === 'by-hand' || drift.class === 'contested'
    return isNotable ? told(`${drift.severity}, ${drift.class}; ${causeText(drift)}`, drift, look) : []
  }
  return [
    ...told(
      `${drift.severity}: ${drift.class} for ${ageAt(drift, look.driftAt)}, ${EFFECTS[drift.effect]}`,
      drift,
      look,
    ),
    ...[drift.meaning, ...originText(drift), causeText(drift), `step ${stepId}`].flatMap(text =>
      plainly(text, look),
    ),
  ]
}

const told = (text: string, { severity }: Drift, { paint, widest }: Look): readonly string[] =>
  wrapped(printable(text), {
    ...{ first: DEEP, rest: DEEPER, widest },
    style: line => paint(severity === 'critical' ? 'red' : 'dim', line),
  })

const plainly = (text: string, { paint, widest }: Look): readonly string[] =>
  wrapped(printable(text), { first: DEEP, rest: DEEPER, widest, style: line => paint('dim', line) })

const ageAt = ({ since }: Drift, now: Date): string =>
  ageText(Math.max(0, (now.getTime() - Date.parse(since)) / 1000))

/** Of many the first: the whole list is in the JSON. */
const NAMED = 3

function originText({ rules, idpGroups }: Drift): readonly string[] {
  if (rules.length + idpGroups.length === 0) return []
  return [[named('rule', rules), named('IdP group', idpGroups)].filter(text => text !== '').join(', ')]
}

function named(noun: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  const shown = names.slice(0, NAMED).map(name => `"${name}"`)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  return `${noun}${names.length === 1 ? '' : 's'} ${shown.join(', ')}${more}`
}

const causeText = ({ cause, actor }: Drift): string =>
  cause === 'by-hand' || (cause === 'unknown' && actor.kind !== 'none')
    ? `${CAUSES[cause]}: ${actorText(actor)}`
    : CAUSES[cause]

const CAUSES = {
  directory: 'the directory changed',
  configuration: 'bridge.yaml changed',
  'by-hand': 'by hand',
  unknown: 'by hand or not, nobody kept it',
} as const satisfies Readonly<Record<Drift['cause'], string>>

const EFFECTS = {
  opens: 'opens access',
  closes: 'closes access',
  neither: 'no access changes',
} as const satisfies Readonly<Record<Drift['effect'], string>>
