/** The words of an error answer, whichever of Dynatrace's envelopes (account, repository, framework, SSO) holds them. */
import { z } from 'zod'

const LONGEST = 300

const texts = z.union([
  z
    .string()
    .min(1)
    .transform(text => [text]),
  z.array(z.string().min(1)).min(1),
])

const envelope = z.looseObject({
  message: texts.optional().catch(undefined),
  error: z.unknown().optional(),
  error_description: z.string().optional().catch(undefined),
  errorsMap: z.record(z.string(), z.string()).optional().catch(undefined),
  constraintViolations: z
    .array(z.object({ path: z.string().optional(), message: z.string() }))
    .optional()
    .catch(undefined),
})

/**
 * What the body of an error answer says, at most 300 characters; empty when it says nothing. Order:
 * `message`, `error` as text, `error.message`, `error_description`, then the body itself. Details of the
 * repository API (`errorsMap`) and the environment API (`constraintViolations`) follow when they add something.
 */
export function errorMessage(body: string): string {
  return shorten(inEnvelope(parseJson(body)) ?? bare(body))
}

function inEnvelope(value: unknown): string | undefined {
  const parsed = envelope.safeParse(value)
  if (!parsed.success) return typeof value === 'string' ? value : undefined
  const { message, error, error_description: description, errorsMap, constraintViolations } = parsed.data
  const details = [
    ...Object.values(errorsMap ?? {}),
    ...(constraintViolations ?? []).map(({ path, message }) => (path ? `${path}: ${message}` : message)),
  ]
  if (message !== undefined) return joined(message, details)
  // The SSO endpoint puts a code in `error` and the sentence in `error_description`.
  if (typeof error === 'string' && error !== '')
    return joined([error], [...(description ? [description] : [])])
  const inner = typeof error === 'object' && error !== null ? inEnvelope(error) : undefined
  return inner ?? description
}

function joined(words: readonly string[], details: readonly string[]): string {
  const said = words.join(', ')
  return [said, ...details.filter(detail => !said.includes(detail))].join(': ')
}

function bare(body: string): string {
  if (!looksLikeHtml(body)) return body
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1]?.trim()
  return title ? `an HTML page titled "${title}"` : 'an HTML page'
}

/** Whether a body is a page for people, such as a proxy or a login form sends, instead of JSON. */
export function looksLikeHtml(body: string): boolean {
  return body.trimStart().startsWith('<')
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
