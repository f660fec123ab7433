/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholders look like it */
/** What a file defines for its rules: environments, policies and boundaries. */
import { z } from 'zod'
import { level } from './level.ts'
import { pairs, words } from './plain.ts'
import { accept } from './rule.ts'
import { filled, optional, required, shape } from './shape.ts'

export const environmentShape = shape(
  { id: 'environment', description: 'A Dynatrace environment.' },
  {
    id: required(
      z.string().regex(/^\s*[A-Za-z0-9-]+\s*$/),
      'Its id: abc12345 of https://abc12345.apps.dynatrace.com.',
      'abc12345',
    ),
    labels: optional(pairs, 'Labels that rules select by.', { stage: 'prod' }),
  },
)

export const policyShape = shape(
  { id: 'policy', description: 'A policy that the bridge makes and keeps as it is written here.' },
  {
    name: required(words, 'Its name in Dynatrace.', 'team data'),
    description: optional(words, 'Its description in Dynatrace.'),
    level: filled(level, 'Where it lives: account (the default), or each of some environments.'),
    statement: required(
      words,
      'Its text. "variables" may stand within quotes as {name}; ${bindParam:name} is filled by bindings.',
      'ALLOW storage:buckets:read, storage:logs:read WHERE storage:dt.security_context = "${bindParam:team}";',
    ),
    accept,
  },
)

export const boundaryShape = shape(
  { id: 'boundary', description: 'A boundary that the bridge makes and keeps.' },
  {
    name: required(words, 'Its name in Dynatrace. Holds each variable that the query holds.', 'team {team}'),
    for: filled(words, 'Name of the rule whose captures fill the variables: one boundary for each value.'),
    query: required(
      words,
      'Its conditions, each ended by ";". Variables may stand within quotes.',
      'storage:dt.security_context = "{team}";',
    ),
    accept,
  },
)
