/** The selector of access tokens: criteria joined by commas, all of which must hold. */
import { ConstraintViolation } from '../environment-error.ts'
import type { ApiToken } from './environment-objects.ts'

type Test = (token: ApiToken) => boolean

/** E.g. `owner("ana.kos@acme.example"),scope("metrics.read","logs.read"),personalAccessToken(false)`. */
export function apiTokenSelector(text: string): Test {
  if (text.trim() === '') return () => true
  const criterion = /\s*(\w+)\(([^()]*)\)\s*(,|$)/y
  const tests: Test[] = []
  while (criterion.lastIndex < text.length) {
    const at = criterion.lastIndex
    const match = criterion.exec(text)
    if (match === null) throw wrong(`cannot be read at character ${at + 1}`)
    tests.push(test(match[1] ?? '', match[2] ?? ''))
    if (match[3] === ',' && criterion.lastIndex === text.length) throw wrong('ends with a comma')
  }
  return token => tests.every(one => one(token))
}

function test(name: string, argument: string): Test {
  switch (name) {
    case 'owner': {
      // Letter case counts here, though it counts nowhere else for an e-mail.
      const [owner] = quoted(argument)
      return token => token.owner === owner
    }
    case 'scope': {
      const wanted = quoted(argument)
      return token => wanted.some(scope => token.scopes.includes(scope))
    }
    case 'personalAccessToken':
      if (argument !== 'true' && argument !== 'false') throw wrong('personalAccessToken takes true or false')
      return token => String(token.personalAccessToken) === argument
    default:
      throw wrong(`unknown criterion ${name}`)
  }
}

/** Values in double quotes, in which `~` escapes a quote and itself. */
function quoted(argument: string): string[] {
  const value = /\s*"((?:~.|[^"~])*)"\s*(,|$)/y
  const values: string[] = []
  do {
    const match = value.exec(argument)
    if (match === null) throw wrong(`expected values in double quotes, found ${argument}`)
    values.push((match[1] ?? '').replaceAll(/~(.)/g, '$1'))
  } while (value.lastIndex < argument.length)
  return values
}

const wrong = (reason: string) => new ConstraintViolation('QUERY', 'apiTokenSelector', reason)
