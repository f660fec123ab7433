/** Boundaries for the values that rules captured, each name once. */
import type { Finding } from '../lib/finding.ts'
import { foldKey } from '../lib/fold.ts'
import { type Asked, conflicting, unsafe, untidy } from './boundary-findings.ts'
import type { DesiredBoundary } from './desired-definition.ts'
import { compileQuery, type FillQuery } from './fill-query.ts'
import type { BoundaryDefinition } from './model.ts'
import { compileTemplate, type Variables } from './template.ts'

export interface ExpandedBoundaries {
  /** Sorted by name. */
  readonly boundaries: readonly DesiredBoundary[]
  readonly findings: readonly Finding[]
  /** Names asked for that no query can be given for. */
  readonly withheld: readonly string[]
}

export interface BoundaryExpansion {
  /** The rule took the IdP group. */
  readonly note: (rule: string, variables: Variables) => void
  readonly result: () => ExpandedBoundaries
}

export function expandBoundaries(definitions: readonly BoundaryDefinition[]): BoundaryExpansion {
  const byRule = Map.groupBy(
    definitions.flatMap(definition =>
      definition.for === undefined ? [] : compile(definition, definition.for),
    ),
    ({ rule }) => rule,
  )
  const asked = new Map<string, Asked[]>()
  for (const { name, query, for: rule } of definitions) {
    if (rule === undefined) ask(asked, name, query, undefined)
  }
  return {
    note: (rule, variables) => {
      for (const { name, query } of byRule.get(rule) ?? []) {
        ask(asked, name(variables), query(variables), variables.displayName)
      }
    },
    result: () => settle(asked),
  }
}

interface Compiled {
  readonly rule: string
  readonly name: (variables: Variables) => string
  readonly query: FillQuery
}

function compile({ name, query }: BoundaryDefinition, rule: string): Compiled {
  return { rule, name: compileTemplate(name), query: compileQuery(query) }
}

function ask(
  asked: Map<string, Asked[]>,
  name: string,
  query: string | undefined,
  by: string | undefined,
): void {
  const key = foldKey(name)
  const all = asked.get(key) ?? []
  let same = all.find(each => each.name === name && each.query === query)
  if (same === undefined) {
    same = { name, query, by: new Set() }
    all.push(same)
    asked.set(key, all)
  }
  if (by !== undefined) same.by.add(by)
}

function settle(asked: ReadonlyMap<string, readonly Asked[]>): ExpandedBoundaries {
  const boundaries: DesiredBoundary[] = []
  const findings: Finding[] = []
  const withheld: string[] = []
  for (const [, unsorted] of [...asked].sort(([a], [b]) => compare(a, b))) {
    const all = unsorted.toSorted((a, b) => compare(a.name, b.name) || compare(a.query ?? '', b.query ?? ''))
    const [first] = all
    if (first === undefined) continue
    const finding = faultOf(first, all)
    if (finding === undefined && first.query !== undefined) {
      boundaries.push({ name: first.name, query: first.query, askedForBy: askers(all) })
      continue
    }
    withheld.push(...new Set(all.map(({ name }) => name)))
    if (finding !== undefined) findings.push(finding)
  }
  return {
    boundaries: boundaries.sort((a, b) => compare(a.name, b.name)),
    findings,
    withheld: withheld.sort(),
  }
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
