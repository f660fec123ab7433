/** `match` and `unless` of rules in the words of JSON Schema. */
import { z } from 'zod'
import { listOfWords, words } from './plain.ts'
import { described, filled, required, shape } from './shape.ts'

export const regexShape = shape(
  { description: 'A regular expression.' },
  {
    regex: required(
      words,
      'RE2 syntax over the whole value, whatever the letter case. Named groups (?P<team>…) are variables.',
      'dt-(?P<team>[a-z]+)-(?:viewer|editor)',
    ),
  },
)

const patternOrRegex = z.union([words, regexShape.schema])
const pattern = 'dt-{team}-{role:viewer|editor}'

export const matchShape = shape(
  { description: 'Which IdP groups: exactly one of these.', oneOf: oneKeyOf() },
  {
    displayNames: filled(listOfWords.min(1), 'IdP groups by name.', ['dynatrace-admins']),
    externalIds: filled(listOfWords.min(1), 'IdP groups by the id that the identity provider gives them.', [
      '0b8c2a5e-7d7f-4f0e-9d3c-1f5a6b7c8d9e',
    ]),
    displayName: filled(patternOrRegex, 'A pattern or regular expression for the name.', pattern),
    externalId: filled(patternOrRegex, 'A pattern or regular expression for the external id.', pattern),
  },
)

const matcher = z.union([
  described(words, {
    description:
      'A pattern for the name of the IdP group: literal text with {team} (any text), {role:viewer|editor} (one of these) or {number:digits} (also letters, word, slug, uuid).',
    examples: [pattern],
  }),
  matchShape.schema,
])

export const match = described(z.union([matcher, z.array(matcher).min(1)]), {
  id: 'match',
  description:
    'Which IdP groups: a pattern, a mapping, or a list of these of which the first that fits counts.',
  examples: [pattern, { displayNames: ['dynatrace-admins'] }],
})

export const valuesShape = shape(
  { description: 'IdP groups by what was captured.' },
  {
    values: required(
      z.record(z.string(), z.union([words, z.array(words).min(1)])),
      'For each variable a value or a list of values; one that fits is enough.',
      { team: ['platform', 'sre'] },
    ),
  },
)

const exclusion = z.union([matcher, valuesShape.schema])

export const unless = described(z.union([exclusion, z.array(exclusion).min(1)]), {
  id: 'unless',
  description: 'IdP groups that are left alone although they match.',
  examples: [{ values: { team: ['platform', 'sre'] } }, { displayNames: ['dt-legacy-viewer-prod'] }],
})

function oneKeyOf(): readonly object[] {
  return ['displayNames', 'externalIds', 'displayName', 'externalId'].map(key => ({ required: [key] }))
}
