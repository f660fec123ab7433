/** The `policies` of the files: policies that the bridge keeps in Dynatrace as they are written there. */
import { foldKey } from '../lib/fold.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import {
  type Mark,
  readMarks,
  reportMarks,
  reportMeaningless,
  reportProblems,
  reportUnquoted,
} from './definition-text.ts'
import { holdsAccount, holdsEnvironments, partsOf } from './level-parts.ts'
import type { Path } from './locate.ts'
import type { LevelSelector, PolicyDefinition } from './model.ts'
import { readAccept } from './read-accept.ts'
import { fillConstants } from './read-constants.ts'
import type { KnownEnvironments } from './read-environments.ts'
import { readLevel } from './read-level.ts'
import type { Constants } from './read-match.ts'
import { scopeOf } from './read-template.ts'
import { quote, type Reading, readList, readMapping, readValue } from './reading.ts'
import { reportTaken } from './report-taken.ts'
import { policyShape } from './schema/definition.ts'
import { environmentsOf } from './select.ts'
import { readTemplate } from './template.ts'
import { text, wholeText } from './values.ts'
import type { Written } from './written.ts'

/** What policies are read against. */
export interface PolicyContext {
  readonly known: KnownEnvironments
  readonly constants: Constants
}

/** Those of all files that could be read. */
export function readPolicies(
  written: readonly Written<unknown>[],
  context: PolicyContext,
): readonly Written<PolicyDefinition>[] {
  const policies = written.flatMap(({ value, path, reading }) =>
    (readList(value, path, reading) ?? []).flatMap((item, index) => {
      const inner = [...path, index]
      const policy = readPolicy(item, inner, context, reading)
      return policy === undefined ? [] : { value: policy, path: inner, reading }
    }),
  )
  reportRepetitions(policies, context.known)
  return policies
}

function readPolicy(
  value: unknown,
  path: Path,
  context: PolicyContext,
  reading: Reading,
): PolicyDefinition | undefined {
  const given = readMapping(value, path, policyShape.keys, reading)
  if (given === undefined) return undefined
  const { constants } = context
  const name =
    given.name === undefined ? undefined : readName(given.name, [...path, 'name'], constants, reading)
  const level = readHome(given.level, [...path, 'level'], context, reading)
  const inner = [...path, 'description']
  const description =
    given.description === undefined ? '' : readValue(text, given.description, inner, reading)
  const statement =
    given.statement === undefined
      ? undefined
      : readStatement(given.statement, [...path, 'statement'], constants, reading)
  const accepts = readAccept(given.accept, [...path, 'accept'], reading)
  if (name === undefined || level === undefined) return undefined
  if (description === undefined || statement === undefined) return undefined
  return { name, description: fillConstants(description, constants), statement, level, accepts }
}

function readName(value: unknown, path: Path, constants: Constants, reading: Reading): string | undefined {
  const name = readValue(wholeText, value, path, reading)
  if (name === undefined) return undefined
  reportMarks(
    readMarks(name).filter(mark => !isConstant(mark, constants)),
    path,
    ({ word }) => ({
      message: `the name of a policy cannot hold ${word}`,
      remedy: 'give it a fixed name, and let bindings fill it with "parameters"',
    }),
    reading,
  )
  return fillConstants(name.trim(), constants)
}

function readHome(
  value: unknown,
  path: Path,
  { known, constants }: PolicyContext,
  reading: Reading,
): LevelSelector | undefined {
  if (value === undefined) return { kind: 'account' }
  const level = readLevel(value, path, { known, scope: scopeOf(undefined, constants) }, reading)
  if (level === undefined) return undefined
  if (holdsAccount(level) && holdsEnvironments(level)) {
    const remedy = 'write level: account; environments can bind what the account has'
    reading.problem(path, 'a policy lives in the account or in environments, not in both', remedy)
  }
  const labels = partsOf(level).flatMap(part => (part.kind === 'labels' ? Object.entries(part.labels) : []))
  for (const [name, wanted] of new Map(labels)) {
    if (readTemplate(wanted).every(({ kind }) => kind === 'text')) continue
    const message = `the level of a policy cannot hold ${quote(wanted)}: no rule fills it`
    const inner = Array.isArray(value) ? path : [...path, 'environments', name]
    reading.problem(inner, message, 'write the value of the label itself')
  }
  return level
}

/** Variables of the file are filled in; all else is verbatim. */
function readStatement(
  value: unknown,
  path: Path,
  constants: Constants,
  reading: Reading,
): string | undefined {
  const written = readValue(wholeText, value, path, reading)
  if (written === undefined) return undefined
  const marks = readMarks(written)
  reportMarks(
    marks.filter(mark => mark.kind === 'variable' && !isConstant(mark, constants)),
    path,
    ({ word, name }) => ({
      message: `a policy holds no variables such as ${word}`,
      remedy: parameterHint(name),
    }),
    reading,
  )
  reportUnquoted(
    written,
    marks.filter(mark => isConstant(mark, constants)),
    path,
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
  return fillMarks(written, marks, constants).trim()
}

/** Braces within the language's own placeholders are none of ours. */
function fillMarks(written: string, marks: readonly Mark[], constants: Constants): string {
  let filled = ''
  let from = 0
  for (const mark of marks) {
    if (!isConstant(mark, constants)) continue
    filled += written.slice(from, mark.at) + constants[mark.name]
    from = mark.at + mark.word.length
  }
  return filled + written.slice(from)
}

function isConstant({ kind, name }: Mark, constants: Constants): boolean {
  return kind === 'variable' && Object.hasOwn(constants, name)
}

function parameterHint(name: string): string {
  return `write \${bindParam:${name.replaceAll(/[^\w.-]/g, '') || 'name'}} and give it in "parameters" of the binding`
}

/** One level can hold a name once; letter case makes no difference, since bindings find names without it. */
function reportRepetitions(policies: readonly Written<PolicyDefinition>[], known: KnownEnvironments): void {
  const first = new Map<string, Written<PolicyDefinition>>()
  for (const policy of policies) {
    const { name, level } = policy.value
    const homes =
      level.kind === 'account' ? [''] : environmentsOf(level, known.environments).map(({ id }) => id)
    const taken = homes.map(home => first.get(`${home} ${foldKey(name)}`)).find(each => each !== undefined)
    if (taken !== undefined) {
      const where = level.kind === 'account' ? ' in the account' : ' in the same environment'
      reportTaken('policy', taken.value.name, taken, policy, where)
    }
    for (const home of homes) {
      const key = `${home} ${foldKey(name)}`
      if (!first.has(key)) first.set(key, policy)
    }
  }
}
