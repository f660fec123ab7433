/**
 * Desired state: what the rules wish for, said the way Dynatrace will answer it (ids for names,
 * folded e-mails, sorted boundaries), so that a plan that was applied is empty the next time.
 *
 * A wish that cannot be said (an unknown policy, an inactive environment) is a finding; where it
 * stood, nothing is removed, because the account may already hold what the wish meant.
 */
import type { DesiredGroup } from '../access/desired-group.ts'
import type { AccessModel } from '../access/model.ts'
import type { DirectorySnapshot } from '../directory/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import { foldKey } from '../lib/fold.ts'
import type { Work } from '../lib/turns.ts'
import type { Assignment } from './assign.ts'
import type { Catalogue } from './catalogue.ts'
import { bindingKey, permissionKey } from './keys.ts'
import type { Definitions } from './owned-definitions.ts'
import { resolveWishes } from './resolve-wishes.ts'
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
  /** Undefined likewise. */
  readonly definitions: Definitions | undefined
  readonly scope: Scope
  readonly accountId: string
}

/** People looked at before the loop may go on with something else. */
const PEOPLE_A_STEP = 1_000

export function* desiredState(input: DesiredInput): Work<DesiredState> {
  const { model, assignment, snapshot, catalogue, definitions, scope } = input
  const findings: Finding[] = [...(definitions?.findings ?? [])]
  const unsaid = new Set<string>()
  const rules = new Map<string, readonly string[]>()
  const groups = new Map<GroupRef, StateGroup>()
  const members = new Map<GroupRef, ReadonlySet<string>>()
  const bindings = new Map<string, StateBinding>()
  const permissions = new Map<string, StatePermission>()
  const placed = new Set<string>()

  // Two names may mean one policy or management zone.
  const asked = (key: string, from: readonly string[]) =>
    rules.set(key, [...new Set([...(rules.get(key) ?? []), ...from])])

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
    if (!holdsGroup(scope, foldKey(group.name)) || catalogue === undefined || definitions === undefined)
      continue
    groups.set(ref, { ref, name: group.name, description: group.description })
    wish(ref, group, { catalogue, definitions })
  }
  for (const [ref, { desired, group }] of assignment.federated) {
    yield
    // Who is in it does not come from us; those the rules mean by it have access all the same.
    if (desired !== undefined)
      for (const emailKey of membersOf(desired, snapshot, inactive)) placed.add(emailKey)
    if (!holdsGroup(scope, foldKey(group.name)) || catalogue === undefined || definitions === undefined)
      continue
    groups.set(ref, { ref, name: group.name, description: group.description })
    if (desired !== undefined) wish(ref, desired, { catalogue, definitions })
  }
  function wish(
    ref: GroupRef,
    group: DesiredGroup,
    known: { readonly catalogue: Catalogue; readonly definitions: Definitions },
  ) {
    const wishes = resolveWishes(ref, group, { ...known, accountId: input.accountId })
    for (const { binding, from } of wishes.bindings) {
      bindings.set(bindingKey(binding), binding)
      asked(bindingKey(binding), from)
    }
    for (const { permission, from } of wishes.permissions) {
      permissions.set(permissionKey(permission), permission)
      asked(permissionKey(permission), from)
    }
    for (const key of wishes.unsaid) unsaid.add(key)
    findings.push(...wishes.findings)
  }
  return {
    state: {
      policies: definitions?.policies ?? new Map(),
      boundaries: definitions?.boundaries ?? new Map(),
      users: yield* invited(model, snapshot, placed),
      groups,
      members,
      bindings,
      permissions,
    },
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

const distinct = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map(finding => [`${finding.kind} ${finding.subject}`, finding])).values(),
]
