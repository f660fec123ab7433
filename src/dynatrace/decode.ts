/** From the text of an answer to what it says; anything but a complete, well-formed answer throws. */
import type { z } from 'zod'
import { looksLikeHtml } from './error-message.ts'
import { malformed } from './failure.ts'
import type { Exchange } from './transport.ts'

type Answer = Extract<Exchange, { kind: 'answer' }>

/** Throws `UpstreamError` `malformed`, in words that quote nothing of the answer. */
export function decode<T>(operation: string, answer: Answer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(json(operation, answer))
  if (parsed.success) return parsed.data
  throw malformed(operation, answer.status, issueText(parsed.error))
}

/** What is wrong and where, below `above`, without the value itself. */
export function issueText(error: z.ZodError, above: readonly PropertyKey[] = []): string {
  const [issue] = error.issues
  const path = [...above, ...(issue?.path ?? [])]
  const place = path.length === 0 ? 'the answer' : `"${path.join('.')}"`
  return `${place} is not what the API promises: ${issue?.message ?? 'unknown'}`
}

/** For answers without content: a page of a proxy with status 200 does not mean that Dynatrace did anything. */
export function expectNoPage(operation: string, answer: Answer): void {
  if (looksLikeHtml(answer.text)) {
    throw malformed(operation, answer.status, pageText(answer.status))
  }
}

export const pageText = (status: number): string => `an HTML page came with status ${status}`

function json(operation: string, answer: Answer): unknown {
  expectNoPage(operation, answer)
  try {
    return JSON.parse(answer.text)
  } catch {
    // The parser's own message quotes the text, which may hold a token.
    throw malformed(
      operation,
      answer.status,
      `the answer (${answer.text.length} characters) is not complete JSON`,
    )
  }
}
