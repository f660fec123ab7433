/**
 * Regular expressions of rules: RE2 syntax, without letter case, over the whole value.
 *
 * The library steps through value and program side by side and never back, so time grows with the length of the
 * value times the size of the program. The size is limited here, the repetitions written out: `(a{9}){9}` is small to
 * read and not to run.
 */
import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js'
import { isVariableName, type Variables } from './template.ts'

export type ParsedRegex =
  | { readonly kind: 'parsed'; readonly captures: readonly string[] }
  | {
      readonly kind: 'faulty'
      readonly message: string
      readonly remedy: string
      /** The piece of the source that is meant, if it is known. */
      readonly word: string | undefined
    }

const longest = 500
/** Instructions. What people write takes well under a hundred. */
const largest = 500

/** The names of its named groups, or what is wrong with it. Groups cannot have the names that are `taken`. */
export function parseRegex(source: string, taken: readonly string[]): ParsedRegex {
  if (source.length > longest) {
    const message = `the regular expression is longer than ${longest} characters`
    return faulty(message, 'shorten it, or write a list of several', source.slice(0, 20))
  }
  const compiled = compile(source)
  if (compiled instanceof RE2JSException) return explain(compiled)
  if (compiled.programSize() > largest) {
    const message = `the regular expression is too large: ${compiled.programSize()} steps where ${largest} are allowed`
    return faulty(message, 'repeat less: write + or * instead of counts such as {1,100}')
  }
  const captures = Object.keys(compiled.namedGroups())
  for (const name of captures) {
    const message = faultOfName(name, taken)
    if (message !== undefined) return faulty(message, 'give the group another name', name)
  }
  return { kind: 'parsed', captures }
}

/**
 * A function that gives what the named groups took; undefined when the whole value does not match. As with patterns, a
 * capture holds at least one character: a value for which a named group stays empty is not taken.
 */
export function compileRegex(source: string): (value: string) => Variables | undefined {
  const regex = compile(source)
  if (regex instanceof RE2JSException) throw regex
  const groups = Object.entries(regex.namedGroups())
  return value => {
    const composed = value.normalize('NFC')
    // Most values do not match, and that is found out without captures, many times faster.
    if (!regex.testExact(composed)) return undefined
    if (groups.length === 0) return {}
    const matcher = regex.matcher(composed)
    if (!matcher.matches()) return undefined
    const captured = groups.map(([name, index]) => [name, matcher.group(index) ?? ''] as const)
    return captured.some(([, text]) => text === '') ? undefined : Object.fromEntries(captured)
  }
}

function compile(source: string): RE2JS | RE2JSException {
  try {
    return RE2JS.compile(source.normalize('NFC'), RE2JS.CASE_INSENSITIVE)
  } catch (error) {
    if (error instanceof RE2JSException) return error
    throw error
  }
}

function faultOfName(name: string, taken: readonly string[]): string | undefined {
  if (name === 'displayName' || name === 'externalId') return alwaysThere(name)
  if (taken.includes(name)) return `"${name}" is a variable of the file already, so it cannot be captured`
  if (!isVariableName(name)) return `"${name}" cannot be a variable: a name begins with a letter`
  return undefined
}

/** What cannot be captured because every rule has it. */
export const alwaysThere = (name: 'displayName' | 'externalId'): string =>
  `"${name}" cannot be captured: it always holds the ${name === 'displayName' ? 'whole name' : name} of the IdP group`

function faulty(message: string, remedy: string, word?: string): ParsedRegex {
  return { kind: 'faulty', message, remedy, word }
}

/** The library's words are those of the syntax's own documentation; the commonest get a remedy. */
function explain(error: RE2JSException): ParsedRegex {
  if (!(error instanceof RE2JSSyntaxException)) {
    return faulty('the regular expression is too large', 'shorten it')
  }
  const description = error.getDescription()
  const word = error.getPattern()?.replace(/^\(\?i\)/, '') ?? ''
  const at = word === '' ? '' : ` at ${JSON.stringify(word)}`
  const remedy = remedies[description] ?? 'write it as RE2 does: github.com/google/re2/wiki/Syntax'
  return faulty(
    `the regular expression cannot be read: ${description}${at}`,
    remedy,
    word === '' ? undefined : word,
  )
}

const remedies: Readonly<Record<string, string>> = {
  'missing closing )': 'close the group with ")", or write \\( for the character itself',
  'missing closing ]': 'close the class with "]", or write \\[ for the character itself',
  'unexpected )': 'open the group with "(", or write \\) for the character itself',
  'invalid repeat count': 'repeat less: at most 1000 times, repetitions within repetitions multiplied',
  'duplicate capture group name': 'give each named group a name of its own',
  'invalid or unsupported Perl syntax':
    'do without looking ahead or behind: these cannot be matched in linear time; "unless" leaves groups out',
  'invalid escape sequence':
    'write \\\\ for a backslash; references such as \\1 cannot be matched in linear time',
  'invalid named capture': 'write (?P<name>…) with a name of letters, digits and _',
  'missing argument to repetition operator':
    'put something before * + or ?, or write \\* for the character itself',
  'trailing backslash at end of expression': 'write \\\\ for a backslash',
  'invalid nested repetition operator': 'write one of * + or ? at a time',
}
