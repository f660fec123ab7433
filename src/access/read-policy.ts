/** The `policies` of `bridge.yaml`: policies that the bridge keeps in Dynatrace as they are written there. */
import { foldKey } from '../lib/fold.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import { readMarks, reportMarks, reportMeaningless, reportProblems } from './definition-text.ts'
import type { Path } from './locate.ts'
import type { LevelSelector, PolicyDefinition } from './model.ts'
import type { KnownEnvironments } from './read-environments.ts'
import { readLevel } from './read-level.ts'
import { quote, type Reading, readList, readMapping, readValue } from './reading.ts'
import { environmentsOf } from './select.ts'
import { text, wholeText } from './values.ts'

const keys = { name: 'required', level: 'filled', statement: 'required', description: 'optional' } as const

/** Those that could be read. */
export function readPolicies(
  value: unknown,
  path: Path,
  known: KnownEnvironments,
  reading: Reading,
): readonly PolicyDefinition[] {
  const items = value === undefined ? [] : (readList(value, path, reading) ?? [])
  const policies = items.map((item, index) => readPolicy(item, [...path, index], known, reading))
  reportRepetitions(policies, path, known, reading)
  return policies.filter(policy => policy !== undefined)
}

function readPolicy(
  value: unknown,
  path: Path,
  known: KnownEnvironments,
  reading: Reading,
): PolicyDefinition | undefined {
  const given = readMapping(value, path, keys, reading)
  if (given === undefined) return undefined
  const name = given.name === undefined ? undefined : readName(given.name, [...path, 'name'], reading)
  const level = readHome(given.level, [...path, 'level'], known, reading)
  const inner = [...path, 'description']
  const description =
    given.description === undefined ? '' : readValue(text, given.description, inner, reading)
  const statement =
    given.statement === undefined
      ? undefined
      : readStatement(given.statement, [...path, 'statement'], reading)
  if (name === undefined || level === undefined) return undefined
  return description === undefined || statement === undefined
    ? undefined
    : { name, description, statement, level }
}

function readName(value: unknown, path: Path, reading: Reading): string | undefined {
  const name = readValue(wholeText, value, path, reading)
  reportMarks(
    readMarks(name ?? ''),
    path,
    ({ word }) => ({
      message: `the name of a policy cannot hold ${word}`,
      remedy: 'give it a fixed name, and let bindings fill it with "parameters"',
    }),
    reading,
  )
  return name?.trim()
}

function readHome(
  value: unknown,
  path: Path,
  known: KnownEnvironments,
  reading: Reading,
): LevelSelector | undefined {
  if (value === undefined) return { kind: 'account' }
  const level = readLevel(value, path, { known, captures: undefined }, reading)
  if (level?.kind !== 'labels') return level
  for (const [name, wanted] of Object.entries(level.labels)) {
    if (readMarks(wanted).length === 0) continue
    const message = `the level of a policy cannot hold ${quote(wanted)}: no rule fills it`
    reading.problem([...path, 'environments', name], message, 'write the value of the label itself')
  }
  return level
}

function readStatement(value: unknown, path: Path, reading: Reading): string | undefined {
  const written = readValue(wholeText, value, path, reading)
  if (written === undefined) return undefined
  const marks = readMarks(written)
  reportMarks(
    marks.filter(({ kind }) => kind === 'variable'),
    path,
    ({ word, name }) => ({
      message: `a policy holds no variables such as ${word}`,
      remedy: parameterHint(name),
    }),
    reading,
  )
  // Other braces in values are letters like any other: nothing of ours is filled in.
  reportMeaningless(
    marks.filter(({ kind }) => kind === 'odd'),
    path,
    parameterHint,
    reading,
  )
  const parsed = parsePolicy(written)
  if (parsed.kind === 'broken') reportProblems(written, parsed.problems, marks, path, reading)
  return written.trim()
}

function parameterHint(name: string): string {
  return `write \${bindParam:${name.replaceAll(/[^\w.-]/g, '') || 'name'}} and give it in "parameters" of the binding`
}

/** One level can hold a name once; letter case makes no difference, since bindings find names without it. */
function reportRepetitions(
  policies: readonly (PolicyDefinition | undefined)[],
  path: Path,
  known: KnownEnvironments,
  reading: Reading,
): void {
  const first = new Map<string, number>()
  for (const [index, policy] of policies.entries()) {
    if (policy === undefined) continue
    const homes =
      policy.level.kind === 'account'
        ? ['']
        : environmentsOf(policy.level, known.environments).map(({ id }) => id)
    const taken = homes.map(home => first.get(`${home} ${foldKey(policy.name)}`)).find(at => at !== undefined)
    if (taken !== undefined) {
      const where = policy.level.kind === 'account' ? 'in the account' : 'in the same environment'
      const message = `policy ${taken + 1} has the name ${quote(policies[taken]?.name)} already ${where}`
      reading.problem([...path, index, 'name'], message, 'remove one of them, or give each a name of its own')
    }
    for (const home of homes) {
      const key = `${home} ${foldKey(policy.name)}`
      if (!first.has(key)) first.set(key, index)
    }
  }
}
