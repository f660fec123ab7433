/** `bridge.yaml` as a whole, and its JSON Schema. */
import { z } from 'zod'
import { lifecycleShape, protectShape, scheduleShape } from './conduct.ts'
import { boundaryShape, environmentShape, policyShape } from './definition.ts'
import { approvalsShape, driftShape } from './drift.ts'
import { expectationShape } from './expect.ts'
import { guardsShape } from './guards.ts'
import { listOfWords, mode, words } from './plain.ts'
import { defaultsShape, ruleShape } from './rule.ts'
import { filled, optional, registry, required, shape } from './shape.ts'

const variableName = z.string().regex(/^[A-Za-z][\w-]*$/)
const version = z.literal(1)
const rules = z.array(ruleShape.schema)

/** What included files may hold as well. */
const shared = {
  environments: optional(
    z.record(z.string(), environmentShape.schema),
    'Names for Dynatrace environments, with labels that rules select by.',
    { prod: { id: 'abc12345', labels: { stage: 'prod' } } },
  ),
  variables: optional(
    z.record(variableName, words),
    'Texts that {name} stands for wherever variables may stand. They cannot refer to each other.',
    { prefix: 'dt', org: 'acme' },
  ),
  policies: optional(z.array(policyShape.schema), 'Policies that the bridge makes and keeps.'),
  boundaries: optional(z.array(boundaryShape.schema), 'Boundaries that the bridge makes and keeps.'),
  expect: optional(z.array(expectationShape.schema), 'Tests of the access that the rules give.'),
}

export const fileShape = shape(
  {
    description: 'What the groups of the identity provider may do in Dynatrace.',
    anyOf: [{ required: ['rules'] }, { required: ['include'] }],
  },
  {
    version: required(version, 'The version of this language.'),
    include: filled(
      listOfWords.max(100),
      'More files, by their paths from the folder of this one. They hold rules, policies, boundaries, environments, variables and expect.',
      ['rules/payments.yaml', 'policies.yaml'],
    ),
    mode: filled(
      mode,
      'How far the bridge goes: observe (only report), upsert (never remove) or sync (the default).',
    ),
    defaults: optional(defaultsShape.schema, 'What every rule has unless it says otherwise.'),
    rules: filled(rules, 'Which IdP groups get what. Required unless files are included.'),
    ...shared,
    lifecycle: optional(lifecycleShape.schema, 'What becomes of people who come and go.'),
    protect: optional(protectShape.schema, 'What is never changed.'),
    drift: optional(driftShape.schema, 'What becomes of differences.'),
    approvals: optional(approvalsShape.schema, 'How steps that wait are approved.'),
    readOnly: optional(
      z.boolean(),
      'Whether nothing at all is changed in the account, whatever is approved; false unless given.',
    ),
    guards: optional(guardsShape.schema, 'Which plans wait for the approval of a person.'),
    schedule: optional(scheduleShape.schema, 'When the whole account is compared.'),
  },
)

export const includedShape = shape(
  { id: 'included', description: 'A file that bridge.yaml includes.' },
  {
    version: optional(version, 'The version of this language.'),
    rules: optional(rules, 'Which IdP groups get what.'),
    ...shared,
  },
)

/**
 * JSON Schema (draft 2020-12) of `bridge.yaml`, for editors; `$defs.included` is that of the files it includes. What the
 * schema refuses the bridge refuses as well; the bridge looks at more, such as names that must exist.
 */
export function accessFileSchema(): Readonly<Record<string, unknown>> {
  const made = z.toJSONSchema(z.tuple([fileShape.schema, includedShape.schema]), {
    target: 'draft-2020-12',
    io: 'input',
    metadata: registry,
  })
  const [file] = made.prefixItems ?? []
  return {
    $schema: made.$schema,
    title: 'bridge.yaml',
    ...(typeof file === 'object' ? file : {}),
    $defs: made.$defs,
  }
}
