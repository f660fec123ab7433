/** What a proposed access model would change: the steps, then who gains and loses what. Pure. */
import type { z } from 'zod'
import type { whatIfSchema } from '../../http/ops/what-if.ts'
import { tallyOf } from '../../reconcile/tally.ts'
import { findingLines, newEnvironmentLines, plural, problemLines } from './closing-text.ts'
import { widestOn, wrapped } from './columns.ts'
import { type Paint, painter, signs, type TextOptions } from './paint.ts'
import { tallyText } from './plan-text.ts'
import { printable } from './printable.ts'
import { stepLines } from './steps-text.ts'
import { table } from './table.ts'

export type WhatIfAnswer = z.output<typeof whatIfSchema>
type Impact = WhatIfAnswer['impact']

export function whatIfText(file: string, answer: WhatIfAnswer, options: TextOptions): string {
  const paint = painter(options)
  const { plan, impact, newEnvironments, problems, findings } = answer
  const lines = [
    `${paint('bold', `What if ${printable(file)} were in force`)} (${answer.at}; nothing is changed)`,
    '',
    ...stepLines(plan.steps, options),
    ...newEnvironmentLines(newEnvironments, options),
    ...problemLines(problems, options),
    ...findingLines(findings, options),
    paint('bold', plan.steps.length === 0 ? 'No steps.' : `Steps: ${tallyText(tallyOf(plan.steps, {}))}.`),
    '',
    ...impactLines(impact, paint),
    ...personLines(impact, paint, options),
    ...wrapped("People are counted by the bridge's own evaluation of rules and directory.", {
      ...{ first: '', rest: '', widest: widestOn(options) },
      style: line => paint('dim', line),
    }),
  ]
  return `${lines.join('\n')}\n`
}

function impactLines({ people, gaining, losing, lines }: Impact, paint: Paint): readonly string[] {
  if (gaining + losing === 0) {
    return [paint('bold', `Nobody gains or loses anything (${people} active people).`), '']
  }
  const total = `People: ${gaining} gain, ${losing} lose, of ${plural(people, 'active person').replace('persons', 'people')}`
  const header = ['GAIN', 'LOSE', 'WHERE', 'WHAT'].map(cell => paint('dim', cell))
  const rows = lines.map(line => [
    figure('+', line.gaining, paint),
    figure('-', line.losing, paint),
    placeText(line.where),
    printable(line.what),
  ])
  return [paint('bold', total), '', table([header, ...rows]), '']
}

function personLines(
  { persons = [], gaining, losing }: Impact,
  paint: Paint,
  options: TextOptions,
): readonly string[] {
  const widest = widestOn(options)
  const line = (sign: '+' | '-', place: string, piece: { what: string; where: string }) => {
    const { style } = sign === '+' ? signs.add : signs.remove
    const text = `${place}  ${piece.what}${piece.where === '' ? '' : `, where ${piece.where}`}`
    return wrapped(printable(text), { first: `    ${paint(style, sign)} `, rest: '        ', widest })
  }
  const told = persons.flatMap(({ userName, changes }) => [
    `  ${paint('bold', printable(userName))}`,
    ...changes.flatMap(({ where, gains, losses }) => [
      ...gains.flatMap(piece => line('+', placeText(where), piece)),
      ...losses.flatMap(piece => line('-', placeText(where), piece)),
    ]),
    '',
  ])
  if (persons.length > 0 || gaining + losing === 0) return told
  return ['--names tells who.', '']
}

function figure(sign: '+' | '-', count: number, paint: Paint): string {
  if (count === 0) return ''
  return paint((sign === '+' ? signs.add : signs.remove).style, `${sign}${count}`)
}

const placeText = (where: Impact['lines'][number]['where']): string =>
  where === 'account' ? 'account' : printable(`${where.name} (${where.id})`)
