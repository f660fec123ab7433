/** Text keys under which two things of the account are the same thing. */
import type { Level } from '../dynatrace/dynatrace.ts'
import { canonicalJson } from '../lib/digest.ts'
import { foldKey } from '../lib/fold.ts'
import type { GroupRef, StateBinding, StatePermission } from './state.ts'

export const levelKey = (level: Level): string =>
  level.kind === 'environment' ? `environment:${level.id}` : level.kind

/** Level, policy, group, parameters and metadata: two bindings that agree in these are one binding. */
export const bindingKey = (binding: StateBinding): string =>
  canonicalJson([
    levelKey(binding.level),
    binding.policyId,
    binding.group,
    binding.parameters,
    binding.metadata,
  ])

/** All bindings that Dynatrace's paths cannot tell apart without a filter: level, policy and group. */
export const bindingPairKey = (binding: StateBinding): string =>
  `${levelKey(binding.level)} ${binding.policyId} ${binding.group}`

/** The bindings of one group at one level, which are read and judged together. */
export const groupLevelKey = (group: GroupRef, level: Level): string => `${group} ${levelKey(level)}`

export const permissionKey = (permission: StatePermission): string =>
  canonicalJson([permission.group, permission.role, permission.scopeType, permission.scope])

/** A policy or boundary of ours: what it is called, and where. Boundaries live on the account. */
export const definitionKey = (level: Level, name: string): string => `${levelKey(level)} ${foldKey(name)}`

/** The reference of a group that does not exist yet. */
export const newGroupRef = (nameKey: string): GroupRef => `new:${nameKey}`

export const isNewGroup = (ref: GroupRef): boolean => ref.startsWith('new:')
