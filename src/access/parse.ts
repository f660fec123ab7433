/** `bridge.yaml` from text to access model, or everything that is wrong with it at once. */
import { z } from 'zod'
import { foldKey } from '../lib/fold.ts'
import { checkDefinitionUse, type WrittenRule } from './definition-use.ts'
import { type Path, writePath } from './locate.ts'
import type { AccessModel, Mode } from './model.ts'
import type { Problem } from './problem.ts'
import { readBoundaries } from './read-boundary.ts'
import { readGuards, readLifecycle, readProtect, readSchedule } from './read-conduct.ts'
import { type KnownEnvironments, readEnvironments } from './read-environments.ts'
import { readPolicies } from './read-policy.ts'
import { capturesOf, readRule } from './read-rule.ts'
import { describe, quote, type Reading, type Report, readList, readMapping, readValue } from './reading.ts'
import { readYaml } from './yaml.ts'

export type ParsedAccessModel =
  | { readonly kind: 'valid'; readonly model: AccessModel; readonly warnings: readonly Problem[] }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

const largest = 1024 * 1024
const keys = {
  version: 'required',
  environments: 'optional',
  mode: 'filled',
  rules: 'required',
  boundaries: 'optional',
  policies: 'optional',
  lifecycle: 'optional',
  protect: 'optional',
  guards: 'optional',
  schedule: 'optional',
} as const

/** `file` is the name shown in problems. Never throws, whatever the text. */
export function parseAccessModel(text: string, file: string): ParsedAccessModel {
  if (Buffer.byteLength(text) > largest) {
    return refuse(file, 'the file is larger than 1 MiB', 'grant the same with fewer, broader rules')
  }
  const yaml = readYaml(text)
  if (yaml.kind === 'unreadable') return refuse(file, yaml.message, yaml.remedy)

  const problems: Problem[] = yaml.flaws.map(flaw => ({ ...flaw, file, path: '' }))
  if (yaml.kind === 'broken') return { kind: 'invalid', problems: inOrder(problems) }
  const warnings: Problem[] = []
  const noteIn =
    (list: Problem[]): Report =>
    (path, message, remedy, aim) => {
      list.push({ ...yaml.locate(path, aim), file, path: writePath(path), message, remedy })
    }
  const model = readModel(yaml.value, { problem: noteIn(problems), warning: noteIn(warnings) })
  if (problems.length > 0 || model === undefined) return { kind: 'invalid', problems: inOrder(problems) }
  return { kind: 'valid', model, warnings: inOrder(warnings) }
}

function readModel(value: unknown, reading: Reading): AccessModel | undefined {
  if (value === null) {
    const remedy = 'begin with "version: 1" and "rules:"'
    reading.problem([], 'the file is empty', remedy)
    return undefined
  }
  const given = readMapping(value, [], keys, reading)
  if (given === undefined) return undefined
  if (given.version !== undefined) checkVersion(given.version, reading)
  const known = readEnvironments(given.environments, ['environments'], reading)
  const rules = given.rules === undefined ? [] : readRules(given.rules, known, reading)
  const policies = readPolicies(given.policies, ['policies'], known, reading)
  const boundaries = readBoundaries(given.boundaries, ['boundaries'], rules, reading)
  checkDefinitionUse({ rules, policies, boundaries }, reading)
  return {
    environments: known.environments,
    mode: readMode(given.mode, reading),
    rules: rules.flatMap(({ rule }) => rule ?? []),
    policies,
    boundaries,
    expectations: [],
    lifecycle: readLifecycle(given.lifecycle ?? {}, ['lifecycle'], reading),
    protect: readProtect(given.protect ?? {}, ['protect'], reading),
    guards: readGuards(given.guards ?? {}, ['guards'], reading),
    fullPassEveryMs: readSchedule(given.schedule ?? {}, ['schedule'], reading),
  }
}

function checkVersion(version: unknown, reading: Reading): void {
  if (version === 1) return
  reading.problem(['version'], `this bridge reads version 1, not ${describe(version)}`, 'write version: 1')
}

function readMode(value: unknown, reading: Reading): Mode {
  return readValue(z.enum(['observe', 'upsert', 'sync']), value ?? 'sync', ['mode'], reading) ?? 'observe'
}

/** All that have a name, so that faulty ones can be referred to. */
function readRules(value: unknown, known: KnownEnvironments, reading: Reading): readonly WrittenRule[] {
  const items = readList(value, ['rules'], reading)
  if (items?.length === 0) {
    reading.warning(['rules'], 'there are no rules, so nobody gets any access', 'add a rule')
  }
  const firstByName = new Map<string, number>()
  return (items ?? []).flatMap((item, index) => {
    const path: Path = ['rules', index]
    const rule = readRule(item, path, known, reading)
    const name = nameAsWritten(item)
    if (name === undefined) return []
    reportTakenName(name, path, firstByName, reading)
    return { index, name, rule, captures: rule && capturesOf(rule.match) }
  })
}

/** Whatever else is faulty. */
function nameAsWritten(item: unknown): string | undefined {
  return z.looseObject({ name: z.string().trim().min(1) }).safeParse(item).data?.name
}

function reportTakenName(name: string, path: Path, firstByName: Map<string, number>, reading: Reading): void {
  const first = firstByName.get(foldKey(name))
  if (first === undefined) firstByName.set(foldKey(name), Number(path[1]))
  else {
    const message = `rule ${first + 1} has the name ${quote(name)} already`
    reading.problem([...path, 'name'], message, 'give each rule a name of its own')
  }
}

/** A problem of the file as a whole. */
function refuse(file: string, message: string, remedy: string): ParsedAccessModel {
  const problem = { file, line: 1, column: 1, path: '', message, remedy, excerpt: '', width: 1 }
  return { kind: 'invalid', problems: [problem] }
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
}
