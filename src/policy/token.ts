/**
 * The tokens of the policy language (Dynatrace: IAM policy statement syntax). White space and `//` comments separate
 * them. Texts end at their quote or, when it is missing, at the end of the line. Time is linear in the text.
 */
import type { Span } from './source.ts'

export type TokenKind =
  /** A name or key word. */
  | 'word'
  /** A quoted value; `text` is what stands between the quotes. */
  | 'value'
  /** `;` `,` `(` `)` `=` `!=` `<` `>` */
  | 'symbol'
  /** A quoted value whose closing quote is missing. */
  | 'unclosed'
  /** A value in typographic quotes, as word processors make them. */
  | 'curly'
  /** Anything else. */
  | 'stray'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly span: Span
}

/** The tokens of a text, in order. Never throws. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let line = 1
  let lineStart = 0
  for (const match of text.matchAll(piece)) {
    const groups = match.groups ?? {}
    if (groups.newline !== undefined) {
      line += 1
      lineStart = match.index + match[0].length
    }
    const found = tokenOf(groups)
    if (found === undefined) continue
    const span = {
      start: match.index,
      end: match.index + match[0].length,
      line,
      column: match.index - lineStart + 1,
    }
    tokens.push({ ...found, span })
  }
  return tokens
}

const piece = new RegExp(
  [
    String.raw`(?<newline>\r\n|\r|\n)`,
    String.raw`\s|//[^\r\n]*`,
    `"(?<double>[^"\\r\\n]*)"|'(?<single>[^'\\r\\n]*)'`,
    `(?<unclosed>["'][^"'\\r\\n;]*)`,
    `(?<curly>[\\u201c\\u201d\\u201e\\u2018\\u2019\\u201a][^\\u201c\\u201d\\u2018\\u2019\\r\\n;]*[\\u201c\\u201d\\u2018\\u2019]?)`,
    String.raw`(?<word>[\w:.*-]+)`,
    '(?<symbol>!=|[;,()=<>])',
    '(?<stray>[^])',
  ].join('|'),
  'gu',
)

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Omit<Token, 'span'> | undefined {
  const value = groups.double ?? groups.single
  if (value !== undefined) return { kind: 'value', text: value }
  for (const kind of ['word', 'symbol', 'unclosed', 'curly', 'stray'] as const) {
    const text = groups[kind]
    if (text !== undefined) return { kind, text }
  }
  return undefined
}
