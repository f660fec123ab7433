/** Pieces that all answers about access share: places, ways a binding is written, conditions, and who says so. Pure. */
import type { z } from 'zod'
import type { evaluationSchema, PlaceAnswer } from '../../http/ops/access-answer.ts'
import { widestOn, wrapped } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

export const placeText = (place: PlaceAnswer): string =>
  printable(place === 'account' ? 'the account' : `${place.name} (${place.id})`)

export const placesText = (places: readonly PlaceAnswer[]): string => places.map(placeText).join(', ')

/** `"team data" (team=payments) within "team payments"`. */
export function policyText(bound: {
  readonly policy: string
  readonly parameters: Readonly<Record<string, string>>
  readonly boundaries: readonly string[]
}): string {
  const values = Object.entries(bound.parameters).map(([name, value]) => `${name}=${value}`)
  const within = bound.boundaries.map(name => `"${name}"`).join(' or ')
  const given = values.length === 0 ? '' : ` (${values.join(', ')})`
  return printable(`"${bound.policy}"${given}${within === '' ? '' : ` within ${within}`}`)
}

/** Lines such as `where a = "b"`, `or where …`, `but not where …`; none when it holds always. */
export function conditionLines(
  { where, except }: { readonly where: readonly string[]; readonly except: readonly string[] },
  indent: string,
  options: TextOptions,
): readonly string[] {
  const line = (word: string, text: string): readonly string[] =>
    wrapped(`${word} ${printable(text)}`, { first: indent, rest: `${indent}  `, widest: widestOn(options) })
  return [
    ...where.flatMap((text, at) => line(at === 0 ? 'where' : 'or where', text)),
    ...except.flatMap(text => line(where.length === 0 ? 'except where' : 'but not where', text)),
  ]
}

/** The last lines of an answer: who says so, as of when, and what is not known. */
export function evaluationText(
  { at, note, unknown }: z.output<typeof evaluationSchema>,
  options: TextOptions,
): string {
  const paint = painter(options)
  const widest = widestOn(options)
  const lines = [
    ...unknown.flatMap(text =>
      wrapped(printable(text), { first: '! ', rest: '  ', style: each => paint('yellow', each), widest }),
    ),
    ...wrapped(`As of ${at}. ${note}`, { first: '', rest: '', style: each => paint('dim', each), widest }),
  ]
  return `${lines.join('\n')}\n`
}
