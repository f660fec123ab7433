/** What is asked of the audit log: who brought one difference about. */
import type { DriftActor } from '../drift/drift.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'

export interface DriftSubject {
  readonly key: string
  /** What would put it right. */
  readonly action: StepAction
  /** ISO 8601: when it was first seen. */
  readonly since: string
  /** ISO 8601: when the thing was last seen as it should be; undefined when it never was. */
  readonly lastInStepAt?: string | undefined
}

/** How the audit log may call what an action is about. */
export interface Names {
  /** Also of groups that do not exist. */
  groupName(ref: GroupRef): string
  /** Of policies and boundaries. */
  definitionName(id: string): string
  /** Of a person of the account, by folded e-mail: the log may name them by uid. */
  uidOf(emailKey: string): string | undefined
}

/** What a difference is that the directory or `bridge.yaml` brought about. */
export const nobody: DriftActor = { kind: 'none' }
