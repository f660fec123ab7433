/** Pieces of YAML as a person would write them: plain where that is safe, in quotes where it is not. */

/** One value on one line, that may stand within brackets too. */
export function inline(text: string): string {
  return PLAIN.test(text) && !WORDS.has(text.toLowerCase()) ? text : quotedScalar(text)
}

/** `[ a, b ]`. */
export const inlineList = (texts: readonly string[]): string => `[ ${texts.map(inline).join(', ')} ]`

/** `{ a: b, c: d }` of parts that are YAML already. */
export const inlineMap = (parts: readonly (readonly [string, string])[]): string =>
  `{ ${parts.map(([key, value]) => `${inline(key)}: ${value}`).join(', ')} }`

/** What stands after `key:`: a block for several lines, each with this indentation; else one line. */
export function blockOrInline(text: string, indentation: string): string {
  if (!text.includes('\n') && text.length < 80) return inline(text)
  if (!BLOCK.test(text) || text !== text.trim()) return quotedScalar(text)
  const lines = text.split('\n').map(line => (line === '' ? '' : `${indentation}${line}`))
  return `|\n${lines.join('\n')}`
}

/** Comment lines of at most 110 characters. */
export function comment(text: string, indentation = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').split(' ')) {
    if (line !== '' && indentation.length + line.length + word.length > 106) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map(each => `${indentation}# ${each}`.trimEnd()).join('\n')
}

/** Nothing that YAML gives a meaning to, in brackets or out of them. */
const PLAIN = /^[A-Za-z](?:[\w.@/+()-]| (?! |$|-))*$/

/** What YAML, old or new, takes for something else than text. */
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n'])

/** Text that a block keeps letter for letter. */
const BLOCK = /^[\x20-\x7e\n\xa0-\u2027\u202a-\ud7ff]*$/

/** In single quotes nothing but these has a meaning. */
const SINGLE = /^[\x20-\x7e\xa0-\u2027\u202a-\ud7ff]*$/

function quotedScalar(text: string): string {
  const isSingle = text.includes('"') && !text.includes("'") && SINGLE.test(text)
  return isSingle ? `'${text}'` : doubleQuoted(text)
}

/** JSON is YAML but for what YAML does not let stand in a file, which is escaped. */
const doubleQuoted = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
