/**
 * The setting that says which attribute is the address in Dynatrace:
 *
 *   auto                            userName when it is an address, else the e-mail as below
 *   emails                          the primary e-mail, else (work), else the first
 *   userName, externalId, …         that attribute
 *   emails[type eq "work"].value    any PATCH path, with URNs of extensions too
 */
import { BridgeError } from '../lib/errors.ts'
import { ScimError } from '../scim/error.ts'
import { evaluateFilter } from '../scim/evaluate.ts'
import type { Json, JsonObject } from '../scim/json.ts'
import { isObject, isStored } from '../scim/normalise.ts'
import { elementsOf } from '../scim/patch-list.ts'
import { type PatchTarget, parsePath } from '../scim/path.ts'
import { type Attribute, findAttribute } from '../scim/schema/attribute.ts'
import { userType } from '../scim/schema/user.ts'
import { dynatraceEmail, type EmailOf, isAddress, listedEmail } from './dynatrace-email.ts'

type AttributeTarget = Extract<PatchTarget, { kind: 'attribute' }>

/** Throws `BridgeError` `bad-setting` that names the variable when the setting names no text attribute of users. */
export function emailAttribute(setting: string): EmailOf {
  switch (setting.toLowerCase()) {
    case 'auto':
      return dynatraceEmail
    case 'emails':
      return listedEmail
    default: {
      const target = textTarget(setting)
      return attributes => valuesAt(attributes, target).find(isAddress)
    }
  }
}

function textTarget(setting: string): AttributeTarget {
  const target = read(setting)
  if (target.kind !== 'attribute') throw bad('names no attribute of users')
  const { attribute, sub } = target
  if (!isStored(attribute)) throw bad('names an attribute that clients do not set')
  const compared = sub ?? comparedPart(attribute)
  if (compared.type !== 'string' && compared.type !== 'reference') {
    throw bad('names an attribute that is no text')
  }
  return target
}

function read(setting: string): PatchTarget {
  try {
    return parsePath(setting, userType)
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    throw bad('cannot be read as the path of an attribute')
  }
}

/** A complex attribute stands for its `value`. */
const comparedPart = (attribute: Attribute): Attribute =>
  findAttribute(attribute.subAttributes ?? [], 'value') ?? attribute

/** All values the path points at, the primary one first. */
function valuesAt(
  attributes: JsonObject,
  { extension, attribute, filter, sub }: AttributeTarget,
): readonly Json[] {
  const holder = extension === undefined ? attributes : attributes[extension.id]
  if (!isObject(holder)) return []
  const isExact = (path: string): boolean =>
    findAttribute(attribute.subAttributes ?? [], path)?.caseExact ?? false
  return elementsOf(holder[attribute.name])
    .filter(
      element => filter === undefined || (isObject(element) && evaluateFilter(filter, element, isExact)),
    )
    .toSorted((left, right) => rank(left) - rank(right))
    .map(element => (isObject(element) ? (element[sub?.name ?? 'value'] ?? null) : element))
}

const rank = (element: Json): number => (isObject(element) && element.primary === true ? 0 : 1)

/** Without the value: somebody may have put a secret there. */
const bad = (reason: string): BridgeError =>
  new BridgeError(
    'bad-setting',
    `BRIDGE_EMAIL_ATTRIBUTE ${reason}: write auto, userName, emails, externalId or a path such as emails[type eq "work"].value.`,
  )
