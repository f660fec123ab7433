/** Which bindings of a group count together: those of the account everywhere, those of environments where they may be. */
import type { Environment, LevelSelector } from '../model.ts'
import { selectByLabels } from '../select.ts'
import { readTemplate } from '../template.ts'

/** Each list once, two or more in it: those that count in the account alone, and in each environment. */
export function sharedPlaces<T>(
  things: readonly T[],
  levelOf: (thing: T) => LevelSelector,
  environments: readonly Environment[],
): readonly (readonly T[])[] {
  const places: readonly (Environment | undefined)[] = [undefined, ...environments]
  const lists = new Map<string, readonly T[]>()
  for (const place of places) {
    const here = things.filter(thing => mayCount(levelOf(thing), place))
    if (here.length > 1) lists.set(here.map(thing => things.indexOf(thing)).join(), here)
  }
  return [...lists.values()]
}

/** A label whose value a rule captures may be that of any environment which has the label. */
function mayCount(level: LevelSelector, place: Environment | undefined): boolean {
  switch (level.kind) {
    case 'account':
      return true
    case 'environments':
      return place !== undefined && level.names.includes(place.name)
    case 'labels':
      return place !== undefined && mayCarry(level.labels, place)
    case 'several':
      return level.of.some(each => mayCount(each, place))
  }
}

function mayCarry(labels: Readonly<Record<string, string>>, place: Environment): boolean {
  const isFixed = (value: string): boolean => readTemplate(value).every(({ kind }) => kind === 'text')
  const fixed = Object.entries(labels).filter(([, value]) => isFixed(value))
  return (
    Object.keys(labels).every(name => Object.hasOwn(place.labels, name)) &&
    selectByLabels([place], Object.fromEntries(fixed)).length > 0
  )
}
