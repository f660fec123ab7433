/** What a pass is asked, what it works with, and what it tells in the end. */

import type { DesiredMemory } from '../../access/desired-memory.ts'
import type { AccessModel } from '../../access/model.ts'
import type { ReadSnapshot } from '../../directory/snapshot.ts'
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Store } from '../../store/store.ts'
import type { PolicyTextMemory } from '../account-texts.ts'
import type { AuditLog } from '../actors/audit-log.ts'
import type { Adoption } from '../adopt/adoption.ts'
import type { ApplyRecorder } from '../apply/apply.ts'
import type { BlastRadius } from '../blast-radius.ts'
import type { CatalogueReader } from '../catalogue-memory.ts'
import type { SetAside } from '../choices/set-aside.ts'
import type { UsageReader } from '../findings/usage-memory.ts'
import type { Decisions } from '../guard/facts.ts'
import type { MarkerKeeper } from '../ownership/marker-keeper.ts'
import type { Run } from '../run.ts'
import type { Scope } from '../scope.ts'
import type { Plan, StepAction, StepResult } from '../step.ts'
import type { Found } from './plan-pass.ts'

export interface PassRequest {
  readonly runId: string
  readonly mode: 'plan' | 'apply'
  readonly scope: Scope
  /** What of it has ended counts no more. */
  readonly model: AccessModel
  readonly decisions: Decisions
  /** Instead of what differs: undo these, which were carried out, oldest first. */
  readonly undo?: readonly StepAction[] | undefined
  /** Nothing that the pass learns is kept: its access model is not the one in force. */
  readonly isRehearsal?: boolean
  /** As if these were ours already; only of a rehearsal. */
  readonly adopting?: Adoption | undefined
  readonly recorder: ApplyRecorder & {
    /** What the pass has seen, before it changes anything; not of a rehearsal. */
    found?(found: Found): Promise<void>
    planned(plan: Plan): Promise<void>
  }
  /** A reason to stop between two phases, such as a lost lease. */
  readonly mayGoOn: () => string | undefined
}

export interface PassParts {
  readonly store: Store
  readonly readSnapshot: ReadSnapshot
  readonly dynatrace: Dynatrace
  /** Policies, boundaries and environments; may answer from a memory of some seconds when it need not be fresh. */
  readonly catalogue: CatalogueReader
  /** What policies of the account say, for expectations about access. */
  readonly policyTexts: PolicyTextMemory
  /** How much of the limits is used; undefined when no pass is to ask for it. */
  readonly usage?: UsageReader | undefined
  /** What the rules made of the IdP groups last; without it everything is worked out each time. */
  readonly desiredMemory?: DesiredMemory
  /** Who changes the account by hand; without it nobody remembers that we may not know. */
  readonly auditLog?: AuditLog | undefined
  /** Tells whether another bridge looks after the account; without it nobody asks. */
  readonly marker?: MarkerKeeper | undefined
  readonly clock: Clock
}

export interface PassResult {
  readonly plan: Plan
  readonly radius: BlastRadius
  readonly aside: readonly SetAside[]
  /** Of a rollback: what cannot be undone. */
  readonly remains: readonly string[]
  readonly results: ReadonlyMap<string, StepResult>
  readonly findings: readonly Finding[]
  readonly unmanaged: Run['unmanaged']
  readonly newEnvironments: Run['newEnvironments']
  readonly snapshot: Run['snapshot']
  readonly benign: Run['benign']
  readonly problems: readonly string[]
  /** What the plan was made from. */
  readonly found: Found
  /** The last directory change that the pass has seen. */
  readonly seq: number
}
