/** Which answers the simulator gives to the open questions: the values of its switches, and how they are set. */
import type { z } from 'zod'
import { nearest } from '../lib/nearest.ts'
import { openQuestions } from './open-questions.ts'
import { badRequest } from './rejection.ts'

/** The name of a question. */
export type Switch = keyof typeof openQuestions

/** One answer to each question. */
export type Switches = { readonly [Name in Switch]: z.infer<(typeof openQuestions)[Name]['schema']> }

export const defaultSwitches: Switches = {
  groupPoliciesPut: openQuestions.groupPoliciesPut.default,
  repeatedBinding: openQuestions.repeatedBinding.default,
  otherBoundaries: openQuestions.otherBoundaries.default,
  ambiguousBindingPut: openQuestions.ambiguousBindingPut.default,
  ambiguousBindingDelete: openQuestions.ambiguousBindingDelete.default,
  duplicateUserStatus: openQuestions.duplicateUserStatus.default,
  duplicateGroupStatus: openQuestions.duplicateGroupStatus.default,
  duplicatePolicyStatus: openQuestions.duplicatePolicyStatus.default,
  userGroupsPut: openQuestions.userGroupsPut.default,
  unknownGroup: openQuestions.unknownGroup.default,
  bindingsOfDeletedGroup: openQuestions.bindingsOfDeletedGroup.default,
  uidAfterReinvite: openQuestions.uidAfterReinvite.default,
  emailCase: openQuestions.emailCase.default,
  knownIdentityInvited: openQuestions.knownIdentityInvited.default,
  unknownPermission: openQuestions.unknownPermission.default,
  unfittingBoundary: openQuestions.unfittingBoundary.default,
  rateLimit: openQuestions.rateLimit.default,
  rateLimitRetryAfter: openQuestions.rateLimitRetryAfter.default,
  rateLimitHeaders: openQuestions.rateLimitHeaders.default,
  groupReadLag: openQuestions.groupReadLag.default,
  userReadLag: openQuestions.userReadLag.default,
  bindingReadLag: openQuestions.bindingReadLag.default,
  auditLag: openQuestions.auditLag.default,
  auditDetails: openQuestions.auditDetails.default,
  chance: openQuestions.chance.default,
}

const names: readonly Switch[] = Object.keys(openQuestions).filter(isSwitch)

/** The switches with some of them set anew. Throws a 400 that names a switch that is not there, or the values it takes. */
export function changedSwitches(before: Switches, given: Readonly<Record<string, unknown>>): Switches {
  let after = before
  for (const [name, value] of Object.entries(given)) {
    if (!isSwitch(name)) throw unknownSwitch(name)
    const { schema, values } = openQuestions[name]
    const parsed = schema.safeParse(value)
    if (!parsed.success) {
      throw badRequest(`Switch ${name} cannot be ${JSON.stringify(value)}: it takes ${valuesText(values)}`)
    }
    after = { ...after, [name]: parsed.data }
  }
  return after
}

/** Every switch as people read it. `values` are those it takes, or the ends of a range of whole numbers. */
export function describedSwitches(switches: Switches) {
  return names.map(name => {
    const { question, values, default: usual } = openQuestions[name]
    return { name, value: switches[name], values, default: usual, question }
  })
}

type Values = readonly (string | number)[] | { readonly minimum: number; readonly maximum: number }

function isSwitch(name: string): name is Switch {
  return Object.hasOwn(openQuestions, name)
}

function unknownSwitch(name: string) {
  const near = nearest(name, names)
  return badRequest(
    near === undefined
      ? `There is no switch ${name}: the switches are ${names.join(', ')}`
      : `There is no switch ${name}: did you mean ${near}?`,
  )
}

const valuesText = (values: Values): string =>
  'minimum' in values
    ? `whole numbers from ${values.minimum} to ${values.maximum}`
    : values.map(value => JSON.stringify(value)).join(' or ')
