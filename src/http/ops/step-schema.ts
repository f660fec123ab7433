/** A step of a plan on the wire: what `reconcile/step.ts` says, as JSON. */

import { z } from 'zod'
import { driftClasses, driftSeverities } from '../../reconcile/drift/drift.ts'

const text = z.string()
const texts = z.record(z.string(), z.string())

const group = z.object({ ref: text, name: text, description: text })
const level = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('account') }),
  z.object({ kind: z.literal('environment'), id: text }),
])
const binding = z.object({
  level,
  policyId: text,
  group: text,
  parameters: texts,
  metadata: texts,
  boundaryIds: z.array(text).readonly(),
})
const permission = z.object({
  group: text,
  role: text,
  scopeType: z.enum(['account', 'tenant', 'management-zone']),
  scope: text,
})
const person = { emailKey: text, email: text }
const sources = z.array(text).readonly()

const policy = z.object({ id: text, level, name: text, description: text, statement: text })
const boundary = z.object({ id: text, name: text, query: text })

const actionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('create-policy'), policy }),
  z.object({ kind: z.literal('update-policy'), from: policy, to: policy }),
  z.object({ kind: z.literal('delete-policy'), policy }),
  z.object({ kind: z.literal('create-boundary'), boundary }),
  z.object({ kind: z.literal('update-boundary'), from: boundary, to: boundary }),
  z.object({ kind: z.literal('delete-boundary'), boundary }),
  z.object({ kind: z.literal('create-group'), group, sources }),
  z.object({ kind: z.literal('update-group'), from: group, to: group, sources }),
  z.object({ kind: z.literal('delete-group'), group, members: z.number() }),
  z.object({ kind: z.literal('invite-user'), ...person }),
  z.object({ kind: z.literal('remove-user'), ...person }),
  z.object({ kind: z.literal('add-member'), group: text, ...person }),
  z.object({ kind: z.literal('remove-member'), group: text, ...person }),
  z.object({ kind: z.literal('add-binding'), binding }),
  z.object({ kind: z.literal('change-binding'), from: binding, to: binding }),
  z.object({ kind: z.literal('remove-binding'), binding }),
  z.object({ kind: z.literal('add-permission'), permission }),
  z.object({ kind: z.literal('remove-permission'), permission }),
])

const verdictSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('proceed') }),
  z.object({ kind: z.literal('hold'), guard: text, reason: text }),
  z.object({ kind: z.literal('refuse'), guard: text, reason: text }),
])

const actor = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['person', 'automation']),
    name: text.describe('As the audit log of the account has it.'),
    at: text,
    client: text.optional().describe('Id of the OAuth client; absent for the console.'),
    event: text.describe('Id of the audit event.'),
  }),
  z.object({ kind: z.literal('own-client'), at: text, event: text }),
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('not-yet-known') }),
  z.object({ kind: z.literal('unknown'), why: text }),
])

export const knownDriftSchema = z
  .object({
    class: z.enum(driftClasses),
    key: text.describe('Of the thing: the same however it differs.'),
    meaning: text,
    rules: z.array(text).readonly(),
    idpGroups: z.array(text).readonly(),
    since: text.describe('When it was first seen.'),
    effect: z.enum(['opens', 'closes', 'neither']).describe('What it does to access while it stands.'),
    severity: z.enum(driftSeverities),
    cause: z.enum(['directory', 'configuration', 'by-hand', 'unknown']).describe('Which side moved.'),
    actor: actor.describe('Who did it, where it was done by hand.'),
    contest: z
      .object({ repairs: z.number(), lastRepairAt: text, restsUntil: text.optional() })
      .optional()
      .describe('Of what was repaired before and is back.'),
  })
  .meta({ id: 'DriftOfStep', description: 'What is known of the difference that a step would end.' })

export const stepSchema = z
  .object({
    id: text.describe('Hash of the action: the same change has the same id in every plan.'),
    action: actionSchema,
    title: text.describe('One line for people, with names instead of ids.'),
    reason: text.describe('The IdP group and rule behind it, or what a person did in Dynatrace.'),
    drift: knownDriftSchema.optional().describe('Absent in runs of earlier releases.'),
    verdict: verdictSchema.describe('hold waits for a person; refuse never happens, whoever asks.'),
  })
  .meta({ id: 'Step' })

const sent = z
  .object({
    calls: z.array(text).readonly().describe('Ids of lines of kind `dynatrace.call` in the journal.'),
    startedAt: text,
    durationMs: z.number().describe('From the first time the first was sent to the end of the last.'),
  })
  .optional()
  .describe('The calls that carried the step out, or tried to. One call may carry out several steps.')

export const stepResultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('applied'), sent }),
  z.object({ kind: z.literal('skipped'), reason: text, sent }),
  z.object({ kind: z.literal('failed'), reason: text, sent }),
])
