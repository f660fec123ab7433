/** The variables that matchers capture. */
import type { Matcher } from './model.ts'
import type { Captures } from './read-template.ts'

/** The variables that a rule with this matcher has, with the values they can have where these are known. */
export function capturesOf(match: Matcher): Captures {
  const names = namesOf(match)
  return new Map([
    ...capturedBy(match),
    ['displayName', names.get('displayName')],
    ['externalId', names.get('externalId')],
  ])
}

/** Captures alone, without the attributes of the IdP group. */
export function capturedBy(match: Matcher): Captures {
  switch (match.kind) {
    case 'names':
      return new Map()
    case 'pattern':
      return new Map(
        match.parts.flatMap(part => (part.kind === 'capture' ? [[part.name, part.choices] as const] : [])),
      )
    case 'regex':
      return new Map(match.captures.map(name => [name, undefined]))
    case 'any':
      return unite(match.of.map(capturedBy))
  }
}

/** What the attributes themselves can be, where all is by name. */
function namesOf(match: Matcher): Captures {
  switch (match.kind) {
    case 'names':
      return new Map([[match.attribute, match.names]])
    case 'any':
      return unite(match.of.map(namesOf))
    default:
      return new Map()
  }
}

/** Values are known where all know them. */
function unite(all: readonly Captures[]): Captures {
  const names = new Set(all.flatMap(each => [...each.keys()]))
  return new Map(
    [...names].map(name => {
      const known = all.map(each => each.get(name))
      return [name, known.every(values => values !== undefined) ? [...new Set(known.flat())] : undefined]
    }),
  )
}
