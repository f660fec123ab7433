/** Boundaries for the values that rules captured, each name once. */
import type { Finding } from '../lib/finding.ts'
import { foldKey } from '../lib/fold.ts'
import { type Asked, conflicting, unsafe, untidy } from './boundary-findings.ts'
import type { DesiredBoundary } from './desired-definition.ts'
import { compileQuery, type FillQuery } from './fill-query.ts'
import type { BoundaryDefinition } from './model.ts'
import { compileTemplate, type Variables } from './template.ts'

/** One definition, filled in. */
export interface BoundaryAsk {
  /** The same for names that are one to Dynatrace. */
  readonly key: string
  readonly name: string
  /** Undefined: the values cannot be written. */
  readonly query: string | undefined
  /** displayName of the IdP group; undefined when the definition holds no variables. */
  readonly by: string | undefined
}

export interface CompiledBoundaries {
  /** What is asked for whatever groups there are. */
  readonly fixed: readonly BoundaryAsk[]
  /** What a rule asks for when it takes an IdP group. */
  readonly askedBy: (rule: string) => (variables: Variables) => readonly BoundaryAsk[]
}

export type SettledBoundary =
  | { readonly kind: 'made'; readonly boundary: DesiredBoundary }
  /** Names asked for that no query can be given for. */
  | { readonly kind: 'withheld'; readonly names: readonly string[]; readonly finding: Finding }

export function compileBoundaries(definitions: readonly BoundaryDefinition[]): CompiledBoundaries {
  const byRule = Map.groupBy(
    definitions.flatMap(definition =>
      definition.for === undefined ? [] : compile(definition, definition.for),
    ),
    ({ rule }) => rule,
  )
  return {
    fixed: definitions
      .filter(definition => definition.for === undefined)
      .map(({ name, query }) => ({ key: foldKey(name), name, query, by: undefined })),
    askedBy: rule => {
      const compiled = byRule.get(rule) ?? []
      return variables =>
        compiled.map(each => {
          const name = each.name(variables)
          return { key: foldKey(name), name, query: each.query(variables), by: variables.displayName }
        })
    },
  }
}

/** All that is asked for under one key, at least one, in whatever order. */
export function settleBoundary(asks: readonly BoundaryAsk[]): SettledBoundary | undefined {
  const all = distinctAsks(asks)
  const [first] = all
  if (first === undefined) return undefined
  const finding = faultOf(first, all)
  if (finding !== undefined)
    return { kind: 'withheld', names: [...new Set(all.map(({ name }) => name))], finding }
  if (first.query === undefined) return undefined
  return { kind: 'made', boundary: { name: first.name, query: first.query, askedForBy: askers(all) } }
}

interface Compiled {
  readonly rule: string
  readonly name: (variables: Variables) => string
  readonly query: FillQuery
}

function compile({ name, query }: BoundaryDefinition, rule: string): Compiled {
  return { rule, name: compileTemplate(name), query: compileQuery(query) }
}

function distinctAsks(asks: readonly BoundaryAsk[]): readonly Asked[] {
  const distinct: Asked[] = []
  for (const { name, query, by } of asks) {
    let same = distinct.find(each => each.name === name && each.query === query)
    if (same === undefined) {
      same = { name, query, by: new Set() }
      distinct.push(same)
    }
    if (by !== undefined) same.by.add(by)
  }
  return distinct.sort((a, b) => compare(a.name, b.name) || compare(a.query ?? '', b.query ?? ''))
}

function faultOf(first: Asked, all: readonly Asked[]): Finding | undefined {
  const unwritable = all.filter(({ query }) => query === undefined)
  if (unwritable.length > 0) return unsafe(unwritable)
  if (first.name !== first.name.trim()) return untidy(first, all)
  return all.some(({ query }) => query !== first.query) ? conflicting(first, all) : undefined
}

function askers(all: readonly Asked[]): readonly string[] {
  return [...new Set(all.flatMap(({ by }) => [...by]))].sort()
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
