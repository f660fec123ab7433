/** The access model from the data of its files. */
import { z } from 'zod'
import { foldKey } from '../lib/fold.ts'
import { checkDefinitionUse } from './definition-use.ts'
import type { AccessModel, Mode } from './model.ts'
import type { OpenFile } from './open-files.ts'
import { readBoundaries } from './read-boundary.ts'
import { readLifecycle, readProtect, readSchedule } from './read-conduct.ts'
import { readConstants, warnUnusedConstants } from './read-constants.ts'
import { readDefaults } from './read-defaults.ts'
import { readApprovals, readDrift } from './read-drift.ts'
import { readEnvironments } from './read-environments.ts'
import { readExpectations } from './read-expect.ts'
import { readGuards } from './read-guards.ts'
import { readPolicies } from './read-policy.ts'
import { type RuleContext, readRule } from './read-rule.ts'
import { scopeOf } from './read-template.ts'
import { describe, type Reading, readList, readMapping, readValue } from './reading.ts'
import { reportTaken } from './report-taken.ts'
import { checkRivals } from './rivals.ts'
import { fileShape, includedShape } from './schema/file.ts'
import { mode } from './values.ts'
import type { Written, WrittenModel, WrittenRule } from './written.ts'

type MainKey = keyof typeof fileShape.keys
type SharedKey = keyof typeof includedShape.keys

/** The main file comes first. Undefined when it holds nothing that could be read; mistakes go to the readings. */
export function readModel(files: readonly OpenFile[], today: string | undefined): WrittenModel | undefined {
  const [main, ...included] = files
  const given = main && readMain(main)
  if (main === undefined || given === undefined) return undefined
  const others = included.map(file => ({ given: readIncluded(file), reading: file.reading }))
  const all = [{ given, reading: main.reading }, ...others]
  const written = (key: SharedKey): readonly Written<unknown>[] =>
    all.flatMap(({ given, reading }) =>
      given[key] === undefined ? [] : { value: given[key], path: [key], reading },
    )
  const { reading } = main

  const constants = readConstants(written('variables'))
  warnUnusedConstants(written('variables'), constants, files.map(withoutVariables))
  const known = readEnvironments(written('environments'), scopeOf(new Map(), constants))
  const defaults = readDefaults(given.defaults, ['defaults'], { known, constants, today }, reading)
  const rules = readRules(written('rules'), { known, constants, defaults, today })
  if (files.length === 1 && Array.isArray(given.rules) && given.rules.length === 0) {
    reading.warning(['rules'], 'there are no rules, so nobody gets any access', 'add a rule')
  }
  const policies = readPolicies(written('policies'), { known, constants })
  const boundaries = readBoundaries(written('boundaries'), { rules, constants })
  const expectations = written('expect').flatMap(({ value, path, reading }) =>
    readExpectations(value, path, known, reading),
  )
  checkDefinitionUse({ rules, policies, boundaries })
  const readable = rules.flatMap(({ rule, path, reading }) =>
    rule === undefined ? [] : { value: rule, path, reading },
  )
  checkRivals(readable, known.environments)
  const model: AccessModel = {
    environments: known.environments,
    mode: readMode(given.mode, reading),
    rules: readable.map(({ value }) => value),
    policies: policies.map(({ value }) => value),
    boundaries: boundaries.map(({ value }) => value),
    expectations: expectations.map(({ value }) => value),
    lifecycle: readLifecycle(given.lifecycle ?? {}, ['lifecycle'], reading),
    protect: readProtect(given.protect ?? {}, ['protect'], reading),
    readOnly: readValue(z.boolean(), given.readOnly ?? false, ['readOnly'], reading) ?? false,
    drift: readDrift(given.drift ?? {}, ['drift'], reading),
    approvals: readApprovals(given.approvals ?? {}, ['approvals'], reading),
    guards: readGuards(given.guards ?? {}, ['guards'], reading),
    ...readSchedule(given.schedule ?? {}, ['schedule'], reading),
  }
  return { model, rules, policies, boundaries, expectations }
}

function readMain({ value, reading }: OpenFile): Partial<Record<MainKey, unknown>> | undefined {
  if (value === null) {
    reading.problem([], 'the file is empty', 'begin with "version: 1" and "rules:"')
    return undefined
  }
  const includes = z.looseObject({ include: z.array(z.unknown()).min(1) }).safeParse(value).success
  const rules = includes ? 'filled' : 'required'
  const given = readMapping(value, [], { ...fileShape.keys, rules }, reading)
  if (given?.version !== undefined) checkVersion(given.version, reading)
  return given
}

function readIncluded({ value, reading }: OpenFile): Partial<Record<SharedKey, unknown>> {
  if (value === null) {
    reading.warning([], 'the file is empty', 'write rules or definitions into it, or do not include it')
    return {}
  }
  const given = readMapping(value, [], includedShape.keys, reading) ?? {}
  if (given.version !== undefined) checkVersion(given.version, reading)
  return given
}

function checkVersion(version: unknown, reading: Reading): void {
  if (version === 1) return
  reading.problem(['version'], `this bridge reads version 1, not ${describe(version)}`, 'write version: 1')
}

function readMode(value: unknown, reading: Reading): Mode {
  return readValue(mode, value ?? 'sync', ['mode'], reading) ?? 'observe'
}

/** All that have a name, so that faulty ones can be referred to. */
function readRules(written: readonly Written<unknown>[], context: RuleContext): readonly WrittenRule[] {
  const first = new Map<string, Written<string>>()
  return written.flatMap(({ value, path, reading }) =>
    (readList(value, path, reading) ?? []).flatMap((item, index) => {
      const inner = [...path, index]
      const read = readRule(item, inner, context, reading)
      const name = nameAsWritten(item)
      if (name === undefined) return []
      const taken = first.get(foldKey(name))
      if (taken === undefined) first.set(foldKey(name), { value: name, path: inner, reading })
      else reportTaken('rule', name, taken, { path: inner, reading })
      const { rule, captures, groups = [] } = read ?? {}
      return { name, rule, captures, groups, path: inner, reading }
    }),
  )
}

/** Whatever else is faulty. */
function nameAsWritten(item: unknown): string | undefined {
  return z.looseObject({ name: z.string().trim().min(1) }).safeParse(item).data?.name
}

function withoutVariables({ value }: OpenFile): unknown {
  return value !== null && typeof value === 'object' ? { ...value, variables: undefined } : value
}
