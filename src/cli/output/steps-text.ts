/** Steps as lines, gathered under the Dynatrace group or person they concern, in the order of the plan. */

import { plainText } from '../../reconcile/definition-text.ts'
import type { Step } from '../../reconcile/step.ts'
import { effectOf } from '../../reconcile/tally.ts'
import { widestOn, wrapped } from './columns.ts'
import { driftLines } from './drift-lines.ts'
import { type Paint, painter, signs, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'
import { placeOf } from './step-place.ts'

const DEEP = '        '
const DEEPER = `${DEEP}  `

export function stepLines(
  steps: readonly Step[],
  options: TextOptions & { readonly driftAt?: Date },
): readonly string[] {
  const style: Style = {
    paint: painter(options),
    widest: widestOn(options),
    driftAt: options.driftAt,
  }
  const places = new Map<string, { readonly heading: string; readonly lines: string[] }>()
  for (const step of steps) {
    const { key, heading, line } = placeOf(step)
    const place = places.get(key) ?? { heading, lines: [] }
    places.set(key, place)
    place.lines.push(...linesOf(step, line, style))
  }
  return [...places.values()].flatMap(({ heading, lines }) => [
    `  ${style.paint('bold', printable(heading))}`,
    ...lines,
    '',
  ])
}

interface Style {
  readonly paint: Paint
  readonly widest: number
  /** When all that is known of the difference is told; undefined when only what was done by hand is. */
  readonly driftAt: Date | undefined
}

function linesOf(step: Step, line: string, look: Style): readonly string[] {
  const { paint, widest } = look
  const { sign, style } = signs[effectOf(step.action)]
  return [
    ...wrapped(printable(line), { first: `    ${paint(style, sign)} `, rest: '      ', widest }),
    ...changedFields(step).flatMap(text => wrapped(printable(text), { first: DEEP, rest: DEEPER, widest })),
    ...step.reason.split('\n').flatMap(text => reasonLines(text, look)),
    ...driftLines(step.id, step.drift, look),
    ...verdictLines(step, look),
  ]
}

/** How a text changes stands on lines of its own, and is not to be overlooked. */
function reasonLines(text: string, { paint, widest }: Style): readonly string[] {
  if (/^[-+] /.test(text)) return wrapped(printable(text), { first: DEEP, rest: DEEPER, widest })
  return wrapped(printable(text), { first: DEEP, rest: DEEP, widest, style: line => paint('dim', line) })
}

/** For changes, what was and what will be; boundaries are named in the reason, since a step knows only their ids. */
function changedFields({ action }: Step): readonly string[] {
  switch (action.kind) {
    case 'create-policy':
      return textLines('+', action.policy.statement)
    case 'create-boundary':
      return textLines('+', action.boundary.query)
    case 'update-policy':
      return fields(action.from, action.to, ['name', 'description'])
    case 'update-boundary':
      return fields(action.from, action.to, ['name'])
    case 'update-group':
      return fields(action.from, action.to, ['name', 'description'])
    default:
      return []
  }
}

function fields<K extends string>(
  from: Readonly<Record<K, string>>,
  to: Readonly<Record<K, string>>,
  names: readonly K[],
): readonly string[] {
  return names
    .filter(field => from[field] !== to[field])
    .map(field => `${field}: ${JSON.stringify(from[field])} → ${JSON.stringify(to[field])}`)
}

const textLines = (sign: string, text: string): readonly string[] =>
  plainText(text)
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => `${sign} ${line.trim()}`)

function verdictLines({ verdict }: Step, { paint, widest }: Style): readonly string[] {
  switch (verdict.kind) {
    case 'proceed':
      return []
    case 'hold':
      return verdictText(paint('yellow', 'held'), verdict, widest)
    case 'refuse':
      return verdictText(paint('red', 'refused'), verdict, widest)
  }
}

function verdictText(
  word: string,
  { guard, reason }: { readonly guard: string; readonly reason: string },
  widest: number,
): readonly string[] {
  return wrapped(printable(reason), { first: `${DEEP}${word} by ${guard}: `, rest: DEEPER, widest })
}
