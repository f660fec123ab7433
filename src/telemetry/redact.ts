/** Keeps secrets out of logs: by the name of the key at any depth, and by the shape of the text anywhere. */

const CENSORED = '[redacted]'
const SECRET_KEY =
  /authorization|token|secret|passw(or)?d|passphrase|credential|cookie|api[-_]?key|private[-_]?key/i
/** About a secret, but none: where it lies, when it ends, how many there are. */
const ABOUT_SECRET =
  /(?:[a-z](?:File|Path|Expires(?:At|In)|Count|Type|Endpoint|Url)|_(?:FILE|PATH|file|path|type|expires_(?:at|in)))$/
const DEEPEST = 12

/** A copy in which whatever stands under a secret-like key is censored. Errors and other objects with a life are left to the serializers. */
export function redactKeys(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactObject(fields, 0, new Set())
}

/**
 * Censors what has the form of a secret in any text: bearer and basic credentials, and Dynatrace tokens
 * (`dt0c01.PUBLIC.SECRET`, of which the public part stays so that people can tell which one it was).
 */
export function redactText(text: string): string {
  return text
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${CENSORED}`)
    .replace(/\b(dt0[a-z]\d{2}\.[a-z0-9]{8,})\.[a-z0-9]{16,}/gi, `$1.${CENSORED}`)
    .replace(/([?&][^=&\s"]*(?:token|secret|password|key)[^=&\s"]*=)[^&\s"]+/gi, `$1${CENSORED}`)
}

function redactObject(
  fields: Readonly<Record<string, unknown>>,
  depth: number,
  above: Set<object>,
): Record<string, unknown> {
  above.add(fields)
  const entries = Object.entries(fields).map(([key, value]) => [key, redactValue(key, value, depth, above)])
  above.delete(fields)
  return Object.fromEntries(entries)
}

function redactValue(key: string, value: unknown, depth: number, above: Set<object>): unknown {
  if (value === undefined || value === null || typeof value === 'boolean') return value
  if (SECRET_KEY.test(key) && !ABOUT_SECRET.test(key)) return CENSORED
  if (typeof value !== 'object') return value
  if (depth >= DEEPEST || above.has(value)) return '[not shown]'
  if (Array.isArray(value)) {
    above.add(value)
    const items = value.map(item => redactValue('', item, depth + 1, above))
    above.delete(value)
    return items
  }
  return isPlain(value) ? redactObject(value, depth + 1, above) : value
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
