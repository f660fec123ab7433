/** Whom a plan reaches, said before anything else. Pure. */
import type { BlastRadius, Reach } from '../../reconcile/blast-radius.ts'
import { plural } from './closing-text.ts'
import { widestOn, wrapped } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

/** Environments told by name before the rest is counted. */
const PLACES_NAMED = 6

/** Nothing when the plan reaches nobody and no group. */
export function radiusLines(radius: BlastRadius | undefined, options: TextOptions): readonly string[] {
  if (radius === undefined) return []
  const paint = painter(options)
  const told = [
    { title: 'Blast radius', reach: radius.proceeding },
    { title: 'Held back', reach: radius.held },
  ].flatMap(({ title, reach }) => {
    const text = reachText(reach)
    if (text === '') return []
    const widest = widestOn(options)
    return wrapped(printable(text), { first: `${paint('bold', `${title}:`)} `, rest: '  ', widest })
  })
  return told.length === 0 ? [] : [...told, '']
}

function reachText({ gain, lose, change, leave, groups, places, hardest }: Reach): string {
  const people = [
    counted(lose, 'loses something', 'lose something'),
    counted(gain, 'gains something', 'gain something'),
    counted(change, 'has a right that changes', 'have a right that changes'),
    counted(leave, 'leaves the account', 'leave the account'),
  ].filter(text => text !== '')
  if (people.length + groups + places.length === 0) return ''
  const named = places.slice(0, PLACES_NAMED)
  const more = places.length > PLACES_NAMED ? [`${places.length - PLACES_NAMED} more environments`] : []
  const parts = [
    people.length === 0 ? 'nobody' : people.join(', '),
    plural(groups, 'group'),
    ...(places.length === 0 ? [] : [`rights in ${[...named, ...more].join(', ')}`]),
    ...(hardest === undefined
      ? []
      : [`hardest hit: "${hardest.group}", ${hardest.lose} of ${hardest.of} members`]),
  ]
  return `${parts.join('; ')}.`
}

function counted(people: number, does: string, doing: string): string {
  if (people === 0) return ''
  return people === 1 ? `1 person ${does}` : `${people} people ${doing}`
}
