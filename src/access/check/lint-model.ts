/**
 * The linter run over a whole model: what it says of each policy and boundary, of each binding of them, and of the
 * bindings of one group together, each told where it is written. Only texts of the files are known here.
 */
import { unreachable } from '../../lib/errors.ts'
import { foldKey } from '../../lib/fold.ts'
import type { BindingPart, LintedBinding } from '../../policy/lint/bound.ts'
import { lintRules } from '../../policy/lint/explain.ts'
import type { Lint } from '../../policy/lint/lint.ts'
import { lintBinding } from '../../policy/lint/lint-binding.ts'
import { lintBoundary } from '../../policy/lint/lint-boundary.ts'
import { accountLimits, lintCounts } from '../../policy/lint/lint-counts.ts'
import { lintGroup } from '../../policy/lint/lint-group.ts'
import { lintPolicy } from '../../policy/lint/lint-policy.ts'
import { parseBoundary } from '../../policy/parse-boundary.ts'
import { parsePolicy } from '../../policy/parse-policy.ts'
import type { Path } from '../locate.ts'
import type { BindingTemplate, Environment } from '../model.ts'
import type { Written, WrittenModel } from '../written.ts'
import { Acceptance } from './acceptance.ts'
import { sharedPlaces } from './shared-places.ts'
import { textAim } from './text-aim.ts'

type KnownPolicy = LintedBinding['policy']
type KnownBoundary = LintedBinding['boundaries'][number]

/** A binding of which the files define everything. */
interface KnownBinding {
  readonly written: Written<BindingTemplate>
  readonly bound: LintedBinding
}

/**
 * Lints go to `reading.lint` of the place, ids in `accept` that do not exist to `reading.problem`, and those that silence nothing
 * to `reading.warning`.
 */
export function lintModel({ model, rules, policies, boundaries }: WrittenModel): void {
  const acceptance = new Acceptance(Object.keys(lintRules))
  const knownPolicies = Map.groupBy(
    policies.flatMap(each => lintOnePolicy(each, acceptance)),
    byName,
  )
  const knownBoundaries = Map.groupBy(
    boundaries.flatMap(each => lintOneBoundary(each, acceptance)),
    byName,
  )
  const known = new Map<Written<BindingTemplate>, readonly KnownBinding[]>()
  for (const binding of new Set(rules.flatMap(({ groups }) => groups).flatMap(group => group.bindings))) {
    const defined = bindingsOf(binding, knownPolicies, knownBoundaries)
    known.set(binding, defined)
    acceptance.place(binding)
    for (const each of defined) lintOneBinding(each, acceptance)
  }
  const seen = new Set<string>()
  const ids = new Map([...known.keys()].map((binding, at) => [binding, at]))
  for (const { groups } of rules) {
    for (const group of groups) {
      const own = group.bindings.filter(binding => known.get(binding)?.length)
      const key = own.map(binding => ids.get(binding)).join()
      if (own.length < 2 || seen.has(key)) continue
      seen.add(key)
      lintOneGroup(
        own.flatMap(binding => known.get(binding) ?? []),
        { environments: model.environments, isWhole: own.length === group.bindings.length },
        acceptance,
      )
    }
  }
  lintNumbers(policies, boundaries)
  acceptance.judge()
}

/** Told at the first that there is no room for. Boundaries with `for` count once: how many there will be is not known here. */
function lintNumbers(policies: WrittenModel['policies'], boundaries: WrittenModel['boundaries']): void {
  const none = { policies: 0, boundaries: 0, bindings: 0 }
  const ofAccount = policies.filter(({ value }) => value.level.kind === 'account')
  tellNumber(lintCounts({ ...none, policies: ofAccount.length }), ofAccount[accountLimits.policies])
  tellNumber(lintCounts({ ...none, boundaries: boundaries.length }), boundaries[accountLimits.boundaries])
}

function tellNumber(lints: readonly Lint[], first: Written<unknown> | undefined): void {
  for (const lint of lints) {
    first?.reading.lint([...first.path, 'name'], lint, { isAccepted: false, aim: undefined })
  }
}

const byName = ({ name }: { readonly name: string }): string => foldKey(name)

function lintOnePolicy(
  written: WrittenModel['policies'][number],
  acceptance: Acceptance,
): readonly KnownPolicy[] {
  const { value, path, reading } = written
  acceptance.place(written)
  const parsed = parsePolicy(value.statement)
  if (parsed.kind === 'broken') return []
  const inner = [...path, 'statement']
  const aim = textAim(value.statement, reading.valueAt(inner))
  for (const lint of lintPolicy(parsed.statements)) acceptance.tell(written, lint, inner, aim(lint.span))
  return [{ name: value.name, statements: parsed.statements }]
}

function lintOneBoundary(
  written: WrittenModel['boundaries'][number],
  acceptance: Acceptance,
): readonly KnownBoundary[] {
  const { value, path, reading } = written
  acceptance.place(written)
  const parsed = parseBoundary(value.query)
  if (parsed.kind === 'broken') return []
  const inner = [...path, 'query']
  const aim = textAim(value.query, reading.valueAt(inner))
  for (const lint of lintBoundary(parsed.conditions)) acceptance.tell(written, lint, inner, aim(lint.span))
  return [{ name: value.name, conditions: parsed.conditions }]
}

/** One for each policy of the name: environments may have their own. None when something is not defined here. */
function bindingsOf(
  written: Written<BindingTemplate>,
  policies: ReadonlyMap<string, readonly KnownPolicy[]>,
  boundaries: ReadonlyMap<string, readonly KnownBoundary[]>,
): readonly KnownBinding[] {
  const { policy, parameters, boundaries: names } = written.value
  const limits = names.flatMap(name => boundaries.get(foldKey(name))?.[0] ?? [])
  if (limits.length < names.length) return []
  return (policies.get(foldKey(policy)) ?? []).map(each => ({
    written,
    bound: { policy: each, boundaries: limits, parameters },
  }))
}

function lintOneBinding({ written, bound }: KnownBinding, acceptance: Acceptance): void {
  for (const lint of lintBinding(bound)) acceptance.tell(written, lint, aboutPath(written.path, lint.about))
}

function aboutPath(path: Path, about: BindingPart): Path {
  switch (about.kind) {
    case 'policy':
      return [...path, 'policy']
    case 'boundary':
      return [...path, 'boundaries', about.index]
    case 'parameters':
      return about.name === undefined ? [...path, 'parameters'] : [...path, 'parameters', about.name]
    default:
      return unreachable(about)
  }
}

function lintOneGroup(
  bindings: readonly KnownBinding[],
  { environments, isWhole }: { readonly environments: readonly Environment[]; readonly isWhole: boolean },
  acceptance: Acceptance,
): void {
  for (const together of sharedPlaces(bindings, ({ written }) => written.value.level, environments)) {
    for (const lint of lintGroup(together.map(({ bound }) => bound))) {
      // A policy that is not known here may allow the buckets.
      if (lint.id === 'table-without-bucket' && !isWhole) continue
      const written = together[lint.binding]?.written
      if (written !== undefined) acceptance.tell(written, lint, [...written.path, 'policy'])
    }
  }
}
