/** Whether the account has the environments, policies and boundaries that `bridge.yaml` names. */
import type { AccessModel, LevelSelector } from '../../access/model.ts'
import { environmentsOf } from '../../access/select.ts'
import type { Level } from '../../dynatrace/dynatrace.ts'
import { type Check, fault, ok, unseen, warning } from '../../dynatrace/probe/check.ts'
import { foldKey } from '../../lib/fold.ts'
import { type Catalogue, findBoundary, findPolicy, type Lookup } from '../../reconcile/catalogue.ts'
import { levelKey } from '../../reconcile/keys.ts'
import { levelProblems } from '../../reconcile/level-problems.ts'
import { findingCheck } from './finding-check.ts'
import { isTemplate, patternOf } from './template-text.ts'

export function environmentChecks({ environments }: AccessModel, catalogue: Catalogue): readonly Check[] {
  return environments.map(({ id, name }) => {
    const [problem] = levelProblems({ kind: 'environment', id }, catalogue)
    return problem === undefined
      ? ok(`name.environment.${id}`, `environment ${name} (${id})`)
      : findingCheck(`name.environment.${id}`, problem)
  })
}

export function policyChecks(model: AccessModel, catalogue: Catalogue): readonly Check[] {
  const own = new Set(model.policies.map(({ name }) => foldKey(name)))
  const mentions = model.rules.flatMap(rule =>
    rule.groups
      .flatMap(group => group.bindings)
      .map(({ policy, level }) => ({
        name: policy,
        rule: rule.name,
        levels: levelsOf(level, model),
      })),
  )
  return [...Map.groupBy(mentions, ({ name }) => name)].map(([name, these]) => {
    const levels = new Map(these.flatMap(each => each.levels).map(level => [levelKey(level), level]))
    const isRead = ![...catalogue.unread.keys()].some(
      key => key === 'global' || key === 'account' || levels.has(key),
    )
    return verdictOn({
      ...{ kind: 'policy', name, isRead, isOwn: own.has(foldKey(name)) },
      rules: new Set(these.map(({ rule }) => rule)),
      all: catalogue.policies,
      lookups: [...levels.values()].map(level => findPolicy(catalogue, name, level)),
    })
  })
}

export function boundaryChecks(model: AccessModel, catalogue: Catalogue): readonly Check[] {
  const own = new Set(model.boundaries.map(({ name }) => foldKey(name)))
  const mentions = model.rules.flatMap(rule =>
    rule.groups
      .flatMap(group => group.bindings)
      .flatMap(({ boundaries }) => boundaries.map(name => ({ name, rule: rule.name }))),
  )
  return [...Map.groupBy(mentions, ({ name }) => name)].map(([name, these]) =>
    verdictOn({
      ...{ kind: 'boundary', name, isOwn: own.has(foldKey(name)) },
      isRead: !catalogue.unread.has('boundaries'),
      rules: new Set(these.map(({ rule }) => rule)),
      all: catalogue.boundaries,
      lookups: [findBoundary(catalogue, name)],
    }),
  )
}

interface Named {
  readonly kind: 'policy' | 'boundary'
  readonly name: string
  /** Whether `bridge.yaml` defines it, too. */
  readonly isOwn: boolean
  /** Whether all places were read where it may be. */
  readonly isRead: boolean
  readonly rules: ReadonlySet<string>
  readonly all: readonly { readonly name: string }[]
  readonly lookups: readonly Lookup[]
}

/** Found at one of the levels that are meant is found: which of them a rule takes hangs on the groups of the IdP. */
function verdictOn(named: Named): Check {
  const { kind, name, isOwn, isRead, rules, lookups } = named
  const id = `name.${kind}.${name}`
  const which = `${kind} "${name}"`
  const asked = `named by ${rules.size === 1 ? 'rule' : 'rules'} ${[...rules].map(rule => `"${rule}"`).join(', ')}`
  if (isOwn) return ok(id, `${which}, made by the bridge`)
  if (lookups.some(each => each.kind === 'found')) return ok(id, which)
  const ambiguous = lookups.find(each => each.kind === 'ambiguous')
  if (ambiguous?.kind === 'ambiguous') {
    const says = `The account has ${ambiguous.count} ${PLURAL[kind]} called "${name}", ${asked}: none of them is bound.`
    return fault(id, says, 'Rename all but one of them in Dynatrace.')
  }
  const remedy = `make the ${kind} in Dynatrace, or define it under "${PLURAL[kind]}" in bridge.yaml.`
  if (isTemplate(name)) {
    const fits = new Set(named.all.map(each => each.name).filter(each => patternOf(name).test(each)))
    if (fits.size > 0) return ok(id, `${which}: ${fits.size} in the account`)
    if (isRead)
      return warning(
        id,
        `The account has no ${kind} that is called like "${name}", ${asked}.`,
        capital(remedy),
      )
  }
  if (!isRead) return unseen(id, which, `${PLURAL[kind]} could not be read`)
  return fault(
    id,
    `The account has no ${which}, ${asked}: nothing is granted by it.`,
    `Correct the name in bridge.yaml, ${remedy}`,
  )
}

/** All that the selector can come to: values of labels may be captured from names of IdP groups. */
function levelsOf(level: LevelSelector, { environments }: AccessModel): readonly Level[] {
  if (level.kind === 'account') return [{ kind: 'account' }]
  const isOpen = level.kind === 'labels' && Object.values(level.labels).some(isTemplate)
  const meant = isOpen ? environments : environmentsOf(level, environments)
  return meant.map(({ id }) => ({ kind: 'environment', id }))
}

const PLURAL = { policy: 'policies', boundary: 'boundaries' } as const

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
