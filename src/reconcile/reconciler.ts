/** What the HTTP operations, the CLI and the SCIM side know of the reconciler. `loop.ts` makes one. */

import type { Finding } from '../lib/finding.ts'
import type { FirstWord } from './decisions/decision-store.ts'
import type { Run, RunHead } from './run.ts'
import type { Step } from './step.ts'

export interface Reconciler {
  start(): void
  /** Finishes the step under way and stops. */
  stop(): Promise<void>
  /** Tells that the directory changed; a keyed pass follows within a second. Cheap, never throws. */
  notify(): void
  /** Stores a full run as `queued` and answers at once; the replica that holds the lease carries it out. */
  request(mode: 'plan' | 'apply', actor: string): Promise<Run>
  /** Newest first. */
  runs(limit: number): Promise<readonly RunHead[]>
  run(id: string): Promise<Run | undefined>
  runHead(id: string): Promise<RunHead | undefined>
  /**
   * A person's word on the held steps of a run. Approving queues an apply run in which exactly these steps are no longer
   * held, and answers with it; with the run itself when a second person has to agree, and when they are rejected. Answers
   * `undefined` when there is no such run, and a problem when there is nothing to decide.
   */
  decide(
    runId: string,
    decision: 'approved' | 'rejected',
    by: Decider,
  ): Promise<Run | { readonly problem: string } | undefined>
  /** What waits for a person now, as the newest full pass left it. */
  approvals(): Promise<readonly WaitingStep[]>
  /** The newest finished full run, whose steps are the drift and whose findings stand. */
  latest(): Promise<Run | undefined>
  findings(): Promise<readonly Finding[]>
  status(): ReconcilerStatus
}

export interface Decider {
  readonly actor: string
  readonly reason: string
  /** Of these steps only; undefined: of all that are held. */
  readonly steps?: readonly string[] | undefined
  /** Of the plan that the person has read; undefined: whatever it is. */
  readonly planHash?: string | undefined
}

/** A held step, and who has approved it already. */
export interface WaitingStep {
  readonly runId: string
  readonly step: Step
  readonly needsSecond: boolean
  readonly first: FirstWord | undefined
}

export interface ReconcilerStatus {
  readonly leader: boolean
  readonly lastAttemptAt: string | undefined
  readonly lastSuccessAt: string | undefined
  /** Keys of the change feed that no pass has settled. */
  readonly pendingKeys: number
  readonly failure: string | undefined
}
