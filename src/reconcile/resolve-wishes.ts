/**
 * What rules wish for one group, with the ids that Dynatrace knows names by. A wish that names what is
 * not there, or not there once, becomes a finding.
 */
import type { DesiredBinding, DesiredGroup } from '../access/desired-group.ts'
import type { Finding } from '../lib/finding.ts'
import { type Catalogue, findBoundary, findPolicy, type Lookup } from './catalogue.ts'
import { groupLevelKey } from './keys.ts'
import { levelProblems } from './level-problems.ts'
import { findOwnBoundary, findOwnPolicy } from './own-names.ts'
import type { Definitions } from './owned-definitions.ts'
import { permissionScope } from './permission-scope.ts'
import type { GroupRef, StateBinding, StatePermission } from './state.ts'

export interface Wishes {
  /** With the rules each comes from. */
  readonly bindings: readonly { readonly binding: StateBinding; readonly from: readonly string[] }[]
  readonly permissions: readonly { readonly permission: StatePermission; readonly from: readonly string[] }[]
  /** `groupLevelKey`s of what could not be said. */
  readonly unsaid: readonly string[]
  readonly findings: readonly Finding[]
}

/** A binding or permission that cannot be said is left out, and where it stood is `unsaid`. */
export function resolveWishes(
  ref: GroupRef,
  group: DesiredGroup,
  known: {
    readonly catalogue: Catalogue
    readonly definitions: Definitions
    readonly accountId: string
  },
): Wishes {
  const bindings: { binding: StateBinding; from: readonly string[] }[] = []
  const permissions: { permission: StatePermission; from: readonly string[] }[] = []
  const unsaid: string[] = []
  const findings: Finding[] = []

  const policyOf = ({ policy, level }: DesiredBinding): Lookup =>
    findOwnPolicy(known.definitions, policy, level) ?? findPolicy(known.catalogue, policy, level)
  const boundaryOf = (name: string): Lookup =>
    findOwnBoundary(known.definitions, name) ?? findBoundary(known.catalogue, name)

  for (const wish of group.bindings) {
    const policy = policyOf(wish)
    const problems = [
      ...levelProblems(wish.level, known.catalogue),
      ...nameProblems('policy', wish.policy, policy),
      ...wish.boundaries.flatMap(name => nameProblems('boundary', name, boundaryOf(name))),
    ]
    // A boundary that cannot be said must not be left out: the policy would reach further than anybody asked for.
    const unbounded = wish.boundaries.some(name => boundaryOf(name).kind !== 'found')
    if (problems.length > 0 || unbounded || policy.kind !== 'found') {
      unsaid.push(groupLevelKey(ref, wish.level))
      findings.push(...problems)
      continue
    }
    const boundaryIds = wish.boundaries.flatMap(name => {
      const found = boundaryOf(name)
      return found.kind === 'found' ? [found.id] : []
    })
    const { level, parameters } = wish
    const binding = {
      level,
      policyId: policy.id,
      group: ref,
      parameters,
      metadata: {},
      boundaryIds: boundaryIds.sort(),
    }
    bindings.push({ binding, from: wish.rules })
  }
  for (const wish of group.permissions) {
    const { scope, findings: problems } = permissionScope(wish, known)
    findings.push(...problems)
    if (scope === undefined) unsaid.push(groupLevelKey(ref, wish.level))
    else permissions.push({ permission: { group: ref, role: wish.role, ...scope }, from: wish.rules })
  }
  return { bindings, permissions, unsaid, findings }
}

function nameProblems(what: 'policy' | 'boundary', name: string, found: Lookup): readonly Finding[] {
  // Why a definition is withheld is told once, by itself.
  if (found.kind === 'found' || found.kind === 'withheld') return []
  const missing = found.kind === 'missing'
  return [
    {
      kind: missing ? `${what}-not-found` : `${what}-ambiguous`,
      severity: 'error',
      subject: `${what} ${name}`,
      message: missing
        ? `The account has no ${what} named "${name}"; bindings that need it are not made.`
        : `The account has ${found.count} ${PLURAL[what]} named "${name}"; which one is meant cannot be known, so none is bound.`,
      remedy: missing
        ? `Create the ${what} in Dynatrace, define it in bridge.yaml, or correct its name there.`
        : 'Rename all but one of them in Dynatrace.',
    },
  ]
}

const PLURAL = { policy: 'policies', boundary: 'boundaries' } as const
