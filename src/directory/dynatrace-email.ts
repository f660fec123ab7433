/** Which of a user's addresses is the one that Dynatrace knows the person by. */
import type { Json, JsonObject } from '../scim/json.ts'

/** An address of a user, chosen from the SCIM attributes; undefined when there is no usable one. */
export type EmailOf = (attributes: JsonObject) => string | undefined

/**
 * The userName when it is an address, else the primary e-mail, else the first of type work, else the
 * first; undefined when the user has no usable address.
 */
export function dynatraceEmail(attributes: JsonObject): string | undefined {
  const { userName } = attributes
  return isAddress(userName) ? userName : listedEmail(attributes)
}

/** The primary e-mail, else the first of type work, else the first; those that are no usable address do not count. */
export function listedEmail(attributes: JsonObject): string | undefined {
  const emails = elements(attributes.emails).filter(email => isAddress(email.value))
  const chosen =
    emails.find(email => email.primary === true) ??
    emails.find(email => typeof email.type === 'string' && email.type.toLowerCase() === 'work') ??
    emails[0]
  return isAddress(chosen?.value) ? chosen.value : undefined
}

/** One @ with something before and after it, and no white space: whether mail arrives there is not ours to judge. */
export const isAddress = (value: Json | undefined): value is string =>
  typeof value === 'string' && value.length <= 320 && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(value)

function elements(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
