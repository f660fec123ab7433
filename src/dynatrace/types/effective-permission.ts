/** What a user or group may do at a level, and which policy, bound to which group, says so. */
import type { Level } from './policy.ts'

export interface EffectivePermission {
  /** E.g. `storage:logs:read`. */
  readonly permission: string
  readonly effects: readonly Effect[]
}

export interface Effect {
  readonly effect: 'ALLOW' | 'DENY'
  /** All must hold; none means always. Operators are symbolic, e.g. `EQ`. */
  readonly conditions: readonly {
    readonly name: string
    readonly operator: string
    readonly values: readonly string[]
  }[]
  readonly sources: readonly EffectSource[]
}

export interface EffectSource {
  readonly policy: { readonly id: string; readonly name: string; readonly level: Level }
  /** The group that holds the policy, and the level of that binding. */
  readonly binding: { readonly groupId: string; readonly level: Level }
}

export type EffectiveEntity =
  | { readonly kind: 'user'; readonly uid: string }
  | { readonly kind: 'group'; readonly id: string }

export interface EffectivePermissions {
  /**
   * Policies only: role permissions are not in it. `service`, e.g. `storage`, narrows. Undefined when there is no such
   * user or group. Not at global level.
   */
  list(
    level: Level,
    entity: EffectiveEntity,
    service?: string,
  ): Promise<readonly EffectivePermission[] | undefined>
}
