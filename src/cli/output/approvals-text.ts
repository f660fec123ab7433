/** What waits for a person, by the guard that holds it. Pure. */
import type { z } from 'zod'
import type { approvalsSchema } from '../../http/ops/decisions.ts'
import { decisionLines, plural } from './closing-text.ts'
import { widestOn, wrapped } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

/** Steps told of each guard. */
const TOLD = 20

type WaitingStep = z.output<typeof approvalsSchema>['waiting'][number]

export function approvalsText(waiting: readonly WaitingStep[], options: TextOptions): string {
  const [first] = waiting
  if (first === undefined) return 'Nothing waits for a person.\n'
  const paint = painter(options)
  const widest = widestOn(options)
  const groups = Map.groupBy(waiting, ({ step }) => (step.verdict.kind === 'hold' ? step.verdict.guard : ''))
  const lines = [...groups].flatMap(([guard, steps]) => {
    const [one] = steps
    const reason = one?.step.verdict.kind === 'hold' ? one.step.verdict.reason : ''
    const more = steps.length > TOLD ? [`    and ${steps.length - TOLD} more`] : []
    return [
      `${paint('bold', guard)}: ${plural(steps.length, 'step')}`,
      ...wrapped(printable(reason), { first: '  ', rest: '  ', widest, style: line => paint('dim', line) }),
      ...steps.slice(0, TOLD).flatMap(each => waitingLines(each, widest)),
      ...more,
      '',
    ]
  })
  const steps = waiting.map(({ step }) => step)
  return `${[...lines, ...decisionLines(first.runId, steps)].join('\n').trimEnd()}\n`
}

function waitingLines({ step, needsSecond, first }: WaitingStep, widest: number): readonly string[] {
  const since = step.drift === undefined ? '' : `, since ${step.drift.since.slice(0, 16)}Z`
  const second =
    first !== undefined
      ? `; approved by ${first.by}, a second person has to agree before ${first.expiresAt.slice(0, 16)}Z`
      : needsSecond
        ? '; takes two people'
        : ''
  const text = printable(`${step.id}  ${step.title}${since}${second}`)
  return wrapped(text, { first: '    ', rest: '      ', widest })
}
