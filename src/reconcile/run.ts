/** The stored record of a pass. */

import type { Finding } from '../lib/finding.ts'
import { shortId } from '../lib/ids.ts'
import type { BlastRadius } from './blast-radius.ts'
import type { Benign } from './canonical/benign.ts'
import type { SetAside } from './choices/set-aside.ts'
import type { NewEnvironment } from './new-environments.ts'
import type { Plan, StepResult } from './step.ts'
import { type Tally, tallyOf } from './tally.ts'

export type RunTrigger =
  | 'schedule'
  | 'start'
  | 'request'
  | 'configuration'
  | 'scim'
  | 'audit'
  | 'approval'
  | 'rollback'

export type RunStatus =
  | 'queued'
  | 'running'
  /** Nothing to do, or everything done and verified. */
  | 'in-step'
  /** A plan was asked for, and there is drift. */
  | 'planned'
  /** Some steps wait for a person. */
  | 'held'
  /** Something could not be read or applied; it will be tried again. */
  | 'partial'
  | 'failed'

/** Ids of runs begin with it; calls are made for other purposes, too. */
const RUN = 'run'

export const isRunId = (id: string): boolean => id.startsWith(`${RUN}-`)

export interface Run {
  readonly id: string
  readonly trigger: RunTrigger
  /** `plan` only reports, `apply` repairs as far as the mode of the access model allows. */
  readonly mode: 'plan' | 'apply'
  /** `full`, or the keys that were looked at, e.g. `user ana@acme.example`. */
  readonly scope: 'full' | readonly string[]
  readonly status: RunStatus
  readonly startedAt: string
  readonly finishedAt: string | undefined
  /** Who asked, with their reason where one was given. */
  readonly actor: string
  readonly requestIds: readonly string[]
  readonly plan: Plan
  /** Whom and what the plan reaches. Runs of earlier releases did not tell, and what has no plan yet does not. */
  readonly radius?: BlastRadius | undefined
  /** The run to whose state this one goes back. */
  readonly rollbackTo?: string | undefined
  /** What a rollback does not undo, and what has to be done before anybody resumes. */
  readonly remains?: readonly string[] | undefined
  /** Digest of the access model that it was carried out with. Runs of earlier releases did not tell. */
  readonly model?: string | undefined
  /** Differences that a person wants to stand. Runs of earlier releases did not know of any. */
  readonly aside?: readonly SetAside[] | undefined
  /** By step id; a step without a result has not been reached. */
  readonly results: Readonly<Record<string, StepResult>>
  readonly findings: readonly Finding[]
  /** Objects of the account that are not ours and were left alone. */
  readonly unmanaged: {
    readonly users: number
    readonly groups: number
    readonly bindings: number
    /** Without the global ones, which are everybody's. Runs of earlier releases did not count these two. */
    readonly policies?: number | undefined
    readonly boundaries?: number | undefined
  }
  /** What the pass looked at. Runs of earlier releases did not tell, and what has not looked yet does not. */
  readonly snapshot?: RunSnapshot | undefined
  /** Environments that get something of ours for the first time. Runs of earlier releases did not tell. */
  readonly newEnvironments?: readonly NewEnvironment[] | undefined
  /** What the account says in other words; of full passes. Runs of earlier releases did not tell. */
  readonly benign?: readonly Benign[] | undefined
  /** Dynatrace calls by operation. */
  readonly calls: Readonly<Record<string, number>>
  /** Why the run failed or is partial. */
  readonly problems: readonly string[]
}

/** A run without its steps. */
export interface RunHead extends Omit<Run, 'plan' | 'results'> {
  readonly planHash: string
  readonly tally: Tally
}

/** How much a pass has read. Of a pass over keys only the part that they concern. */
export interface RunSnapshot {
  /** What the identity provider has provisioned. Nested groups are counted through. */
  readonly directory: { readonly people: number; readonly groups: number; readonly memberships: number }
  readonly account: {
    readonly users: number
    readonly groups: number
    readonly managedGroups: number
    /** Of managed groups, as are bindings and permissions. */
    readonly memberships: number
    readonly bindings: number
    readonly permissions: number
    /** Of all levels that were read. */
    readonly policies: number
    readonly boundaries: number
  }
  /** Whether everything that the pass wanted to know could be read. Of what could not, nothing is concluded. */
  readonly complete: boolean
  /** What could not be read whole: groups with members, levels of groups, groups with permissions, users, whole lists. */
  readonly unread: {
    readonly memberships: number
    readonly bindings: number
    readonly permissions: number
    readonly users: number
    readonly lists: number
  }
}

/** The record of a run that has found nothing yet. */
export function newRun(asked: Pick<Run, 'trigger' | 'mode' | 'scope' | 'status' | 'actor'>, now: Date): Run {
  return {
    id: shortId(RUN),
    ...asked,
    startedAt: now.toISOString(),
    finishedAt: undefined,
    requestIds: [],
    plan: { hash: '', steps: [] },
    results: {},
    findings: [],
    unmanaged: { users: 0, groups: 0, bindings: 0, policies: 0, boundaries: 0 },
    calls: {},
    problems: [],
  }
}

export const headOf = ({ plan, results, ...run }: Run): RunHead => ({
  ...run,
  planHash: plan.hash,
  tally: tallyOf(plan.steps, results),
})
