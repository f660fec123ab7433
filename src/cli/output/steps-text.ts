/** Steps as lines, gathered under the Dynatrace group or person they concern, in the order of the plan. */
import { effectOf } from '../../http/ops/tally.ts'
import type { Step } from '../../reconcile/step.ts'
import { wrapped } from './columns.ts'
import { type Paint, painter, signs, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'
import { placeOf } from './step-place.ts'

const DEEP = '        '
const DEEPER = `${DEEP}  `

export function stepLines(steps: readonly Step[], options: TextOptions): readonly string[] {
  const paint = painter(options)
  const places = new Map<string, { readonly heading: string; readonly lines: string[] }>()
  for (const step of steps) {
    const { key, heading, line } = placeOf(step)
    const place = places.get(key) ?? { heading, lines: [] }
    places.set(key, place)
    place.lines.push(...linesOf(step, line, paint))
  }
  return [...places.values()].flatMap(({ heading, lines }) => [
    `  ${paint('bold', printable(heading))}`,
    ...lines,
    '',
  ])
}

function linesOf(step: Step, line: string, paint: Paint): readonly string[] {
  const { sign, style } = signs[effectOf(step.action)]
  return [
    ...wrapped(printable(line), { first: `    ${paint(style, sign)} `, rest: '      ' }),
    ...changedFields(step).flatMap(text => wrapped(printable(text), { first: DEEP, rest: DEEPER })),
    ...wrapped(printable(step.reason), { first: DEEP, rest: DEEP, style: text => paint('dim', text) }),
    ...verdictLines(step, paint),
  ]
}

/** For changes, what was and what will be; boundaries are named in the reason, since a step knows only their ids. */
function changedFields({ action }: Step): readonly string[] {
  if (action.kind !== 'update-group') return []
  const { from, to } = action
  return (['name', 'description'] as const)
    .filter(field => from[field] !== to[field])
    .map(field => `${field}: ${JSON.stringify(from[field])} → ${JSON.stringify(to[field])}`)
}

function verdictLines({ verdict }: Step, paint: Paint): readonly string[] {
  switch (verdict.kind) {
    case 'proceed':
      return []
    case 'hold':
      return verdictText(paint('yellow', 'held'), verdict)
    case 'refuse':
      return verdictText(paint('red', 'refused'), verdict)
  }
}

function verdictText(word: string, { guard, reason }: { guard: string; reason: string }): readonly string[] {
  return wrapped(printable(reason), { first: `${DEEP}${word} by ${guard}: `, rest: DEEPER })
}
