/**
 * Desired state: what the rules wish for, said the way Dynatrace will answer it (ids for names,
 * folded e-mails, sorted boundaries), so that a plan that was applied is empty the next time.
 *
 * A wish that cannot be said (an unknown policy, an inactive environment) is a finding; where it
 * stood, nothing is removed, because the account may already hold what the wish meant.
 */
import type { DesiredGroup, DesiredLevel } from '../access/desired-group.ts'
import type { AccessModel } from '../access/model.ts'
import type { DirectorySnapshot } from '../directory/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import { foldKey } from '../lib/fold.ts'
import type { Work } from '../lib/turns.ts'
import type { Assignment } from './assign.ts'
import { type Catalogue, findBoundary, findPolicy, type Lookup } from './catalogue.ts'
import { bindingKey, groupLevelKey, permissionKey } from './keys.ts'
import { holdsGroup, type Scope } from './scope.ts'
import type { GroupRef, State, StateBinding, StateGroup, StatePermission, StateUser } from './state.ts'

export interface DesiredState {
  readonly state: State
  readonly findings: readonly Finding[]
  /** `groupLevelKey`s at which a wish could not be said: nothing is removed there. */
  readonly unsaid: ReadonlySet<string>
  /** Rules behind each binding and permission, by their keys. */
  readonly rules: ReadonlyMap<string, readonly string[]>
  /** Folded e-mails of everybody who is to be in any of the groups. */
  readonly placed: ReadonlySet<string>
}

export interface DesiredInput {
  readonly model: AccessModel
  readonly assignment: Assignment
  readonly snapshot: DirectorySnapshot
  /** Undefined when the scope holds no group, so that names need not be looked up. */
  readonly catalogue: Catalogue | undefined
  readonly scope: Scope
  readonly accountId: string
}

/** People looked at before the loop may go on with something else. */
const PEOPLE_A_STEP = 1_000

export function* desiredState(input: DesiredInput): Work<DesiredState> {
  const { model, assignment, snapshot, catalogue, scope } = input
  const findings: Finding[] = []
  const unsaid = new Set<string>()
  const rules = new Map<string, readonly string[]>()
  const groups = new Map<GroupRef, StateGroup>()
  const members = new Map<GroupRef, ReadonlySet<string>>()
  const bindings = new Map<string, StateBinding>()
  const permissions = new Map<string, StatePermission>()
  const placed = new Set<string>()

  const inactive = new Set<string>()
  let looked = 0
  for (const { emailKey, active } of snapshot.people.values()) {
    if (!active) inactive.add(emailKey)
    looked += 1
    if (looked % PEOPLE_A_STEP === 0) yield
  }
  for (const [ref, group] of assignment.desired) {
    yield
    const here = membersOf(group, snapshot, inactive)
    members.set(ref, here)
    for (const emailKey of here) {
      placed.add(emailKey)
      looked += 1
      if (looked % PEOPLE_A_STEP === 0) yield
    }
    if (!holdsGroup(scope, foldKey(group.name)) || catalogue === undefined) continue
    groups.set(ref, { ref, name: group.name, description: group.description })
    const wishes = resolveWishes(ref, group, { catalogue, accountId: input.accountId })
    for (const { binding, from } of wishes.bindings) {
      bindings.set(bindingKey(binding), binding)
      rules.set(bindingKey(binding), from)
    }
    for (const { permission, from } of wishes.permissions) {
      permissions.set(permissionKey(permission), permission)
      rules.set(permissionKey(permission), from)
    }
    for (const key of wishes.unsaid) unsaid.add(key)
    findings.push(...wishes.findings)
  }
  return {
    state: { users: yield* invited(model, snapshot, placed), groups, members, bindings, permissions },
    findings: distinct(findings),
    unsaid,
    rules,
    placed,
  }
}

/** Active people in any of the IdP groups that feed the group: the very set of the one group, where it is just these. */
function membersOf(
  group: DesiredGroup,
  snapshot: DirectorySnapshot,
  inactive: ReadonlySet<string>,
): ReadonlySet<string> {
  let result: ReadonlySet<string> = new Set()
  for (const { idpGroupId } of group.sources) {
    const own = snapshot.members.get(idpGroupId)
    if (own === undefined) continue
    const active = own.isDisjointFrom(inactive) ? own : own.difference(inactive)
    result = result.size === 0 ? active : result.union(active)
  }
  return result
}

function* invited(
  model: AccessModel,
  snapshot: DirectorySnapshot,
  placed: ReadonlySet<string>,
): Work<ReadonlyMap<string, StateUser>> {
  const users = new Map<string, StateUser>()
  for (const person of snapshot.people.values()) {
    if (!person.active) continue
    if (model.lifecycle.invite === 'with-first-access' && !placed.has(person.emailKey)) continue
    users.set(person.emailKey, { emailKey: person.emailKey, email: person.email })
    if (users.size % PEOPLE_A_STEP === 0) yield
  }
  return users
}

interface Wishes {
  readonly bindings: readonly { readonly binding: StateBinding; readonly from: readonly string[] }[]
  readonly permissions: readonly { readonly permission: StatePermission; readonly from: readonly string[] }[]
  readonly unsaid: readonly string[]
  readonly findings: readonly Finding[]
}

function resolveWishes(
  ref: GroupRef,
  group: DesiredGroup,
  known: { readonly catalogue: Catalogue; readonly accountId: string },
): Wishes {
  const bindings: { binding: StateBinding; from: readonly string[] }[] = []
  const permissions: { permission: StatePermission; from: readonly string[] }[] = []
  const unsaid: string[] = []
  const findings: Finding[] = []

  for (const wish of group.bindings) {
    const problems = [
      ...levelProblems(wish.level, known.catalogue),
      ...nameProblems('policy', wish.policy, findPolicy(known.catalogue, wish.policy, wish.level)),
      ...wish.boundaries.flatMap(name => nameProblems('boundary', name, findBoundary(known.catalogue, name))),
    ]
    const policy = findPolicy(known.catalogue, wish.policy, wish.level)
    if (problems.length > 0 || policy.kind !== 'found') {
      unsaid.push(groupLevelKey(ref, wish.level))
      findings.push(...problems)
      continue
    }
    const boundaryIds = wish.boundaries.flatMap(name => {
      const found = findBoundary(known.catalogue, name)
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
    const problems = levelProblems(wish.level, known.catalogue)
    findings.push(...problems)
    if (problems.length > 0) {
      unsaid.push(groupLevelKey(ref, wish.level))
      continue
    }
    const scope =
      wish.level.kind === 'account'
        ? { scopeType: 'account' as const, scope: known.accountId }
        : { scopeType: 'tenant' as const, scope: wish.level.id }
    permissions.push({ permission: { group: ref, role: wish.role, ...scope }, from: wish.rules })
  }
  return { bindings, permissions, unsaid, findings }
}

function levelProblems(level: DesiredLevel, catalogue: Catalogue): readonly Finding[] {
  if (level.kind === 'account') return []
  const environment = catalogue.environments.get(level.id)
  if (environment?.active === true) return []
  return [
    {
      kind: environment === undefined ? 'environment-not-found' : 'environment-inactive',
      severity: environment === undefined ? 'error' : 'warning',
      subject: `environment ${level.id}`,
      message:
        environment === undefined
          ? `The account has no environment ${level.id}; nothing is granted there.`
          : `The environment ${level.id} is inactive; nothing is granted or changed there.`,
      remedy:
        environment === undefined
          ? 'Correct its id under "environments" in bridge.yaml.'
          : 'Activate it, or take it out of bridge.yaml.',
    },
  ]
}

function nameProblems(what: 'policy' | 'boundary', name: string, found: Lookup): readonly Finding[] {
  if (found.kind === 'found') return []
  const missing = found.kind === 'missing'
  return [
    {
      kind: missing ? `${what}-not-found` : `${what}-ambiguous`,
      severity: 'error',
      subject: `${what} ${name}`,
      message: missing
        ? `The account has no ${what} named "${name}"; bindings that need it are not made.`
        : `The account has ${found.count} of ${what} "${name}"; which one is meant cannot be known.`,
      remedy: missing
        ? `Create the ${what} in Dynatrace, or correct its name in bridge.yaml.`
        : 'Rename all but one of them in Dynatrace.',
    },
  ]
}

const distinct = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map(finding => [`${finding.kind} ${finding.subject}`, finding])).values(),
]
