/**
 * One step of a plan: the smallest change a person would want to read, approve or hold on its own.
 * Several steps may travel in one API call (all new groups, all memberships of one user).
 */
import type { StepCalls } from './call-ledger.ts'
import type { Drift } from './drift/drift.ts'
import type {
  GroupRef,
  StateBinding,
  StateBoundary,
  StateGroup,
  StatePermission,
  StatePolicy,
} from './state.ts'

export type StepAction =
  | { readonly kind: 'create-policy'; readonly policy: StatePolicy }
  | { readonly kind: 'update-policy'; readonly from: StatePolicy; readonly to: StatePolicy }
  | { readonly kind: 'delete-policy'; readonly policy: StatePolicy }
  | { readonly kind: 'create-boundary'; readonly boundary: StateBoundary }
  | { readonly kind: 'update-boundary'; readonly from: StateBoundary; readonly to: StateBoundary }
  | { readonly kind: 'delete-boundary'; readonly boundary: StateBoundary }
  | { readonly kind: 'create-group'; readonly group: StateGroup; readonly sources: readonly string[] }
  | {
      readonly kind: 'update-group'
      readonly from: StateGroup
      readonly to: StateGroup
      readonly sources: readonly string[]
    }
  | { readonly kind: 'delete-group'; readonly group: StateGroup; readonly members: number }
  | { readonly kind: 'invite-user'; readonly emailKey: string; readonly email: string }
  | {
      readonly kind: 'remove-user'
      readonly emailKey: string
      readonly email: string
      /** Folded address of the user who takes the place of this one, when it is a rename and no departure. */
      readonly successor?: string
    }
  | {
      readonly kind: 'add-member'
      readonly group: GroupRef
      readonly emailKey: string
      readonly email: string
    }
  | {
      readonly kind: 'remove-member'
      readonly group: GroupRef
      readonly emailKey: string
      readonly email: string
      /** As in `remove-user`. */
      readonly successor?: string
    }
  | { readonly kind: 'add-binding'; readonly binding: StateBinding }
  | {
      readonly kind: 'change-binding'
      readonly from: StateBinding
      readonly to: StateBinding
    }
  | { readonly kind: 'remove-binding'; readonly binding: StateBinding }
  | { readonly kind: 'add-permission'; readonly permission: StatePermission }
  | { readonly kind: 'remove-permission'; readonly permission: StatePermission }

/** What a guard says of a step. */
export type Verdict =
  | { readonly kind: 'proceed' }
  /** Waits for a person. */
  | { readonly kind: 'hold'; readonly guard: string; readonly reason: string }
  /** Never happens, whoever asks. */
  | { readonly kind: 'refuse'; readonly guard: string; readonly reason: string }

export interface Step {
  /** Hash of the action: the same change has the same id in every plan. */
  readonly id: string
  readonly action: StepAction
  /** One line for people, with names instead of ids. */
  readonly title: string
  /** Why: the IdP group and rule, or what a person did in Dynatrace. */
  readonly reason: string
  /** Runs of earlier releases did not tell. */
  readonly drift?: Drift | undefined
  readonly verdict: Verdict
}

export interface Plan {
  /** Hash of the step ids in order. */
  readonly hash: string
  /** In the order they run (see `plan.ts` for the waves). */
  readonly steps: readonly Step[]
}

export type StepResult = (
  | { readonly kind: 'applied' }
  /** Not tried: held, refused, or something it depends on failed. */
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
) & {
  /** The calls that carried it out, or tried to. */
  readonly sent?: StepCalls | undefined
}
