/** What both databases can hold in a column and in an index over it. */
import { ScimError } from '../scim/error.ts'
import type { Json } from '../scim/json.ts'

/** A PostgreSQL index refuses entries that are much longer. */
const LONGEST = 2000

/** Whether a row can have this value at all; a lookup for any other finds nothing. */
export const isKeyText = (text: string): boolean =>
  text.length <= LONGEST && !text.includes('\0') && text.isWellFormed() && Buffer.byteLength(text) <= LONGEST

/** The value of an attribute that is stored in a column. Throws `ScimError` 400 when it cannot be. */
export function keyText(attribute: string, text: string): string {
  if (isKeyText(text)) return text
  throw new ScimError(
    400,
    'invalidValue',
    `${attribute} must be text of at most ${LONGEST} bytes without NUL characters and lone surrogates.`,
  )
}

/** Like `keyText`, for an attribute that must be there. */
export function requiredText(attribute: string, value: Json | undefined): string {
  if (typeof value === 'string' && value !== '') return keyText(attribute, value)
  throw new ScimError(400, 'invalidValue', `${attribute} is required: send a text that is not empty.`)
}

/** Like `keyText`, for an attribute that may be absent. */
export const optionalText = (attribute: string, value: Json | undefined): string | null =>
  typeof value === 'string' ? keyText(attribute, value) : null
