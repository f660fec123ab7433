/** What the operators' routes are given. The composition root fills it in. */

import type { Explanation } from '../../access/explain/explain.ts'
import type { AccessIn } from '../../access/explain/grants.ts'
import type { AccessModel } from '../../access/model.ts'
import type { DirectoryFindings } from '../../directory/directory-findings.ts'
import type { SnapshotScope } from '../../directory/snapshot.ts'
import type { DynatraceStatus } from '../../dynatrace/dynatrace.ts'
import type { Clock } from '../../lib/clock.ts'
import type { AccessView } from '../../reconcile/access-view.ts'
import type { AdoptionDesk } from '../../reconcile/adopt/desk.ts'
import type { DesiredFacts } from '../../reconcile/export/desired-facts.ts'
import type { History } from '../../reconcile/holdings/history.ts'
import type { OwnershipDesk } from '../../reconcile/ownership/desk.ts'
import type { Reconciler } from '../../reconcile/reconciler.ts'
import type { WhatIf } from '../../reconcile/what-if.ts'
import type { JournalFilter, JournalLine, JournalQuery } from '../../store/journal.ts'
import type { Anchor, JournalVerdict } from '../../store/journal-proof.ts'
import type { Pseudonymised } from '../../store/pseudonymise.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { ChoiceParts } from './choices.ts'
import type { ControlParts } from './controls.ts'
import type { RollbackParts } from './rollback.ts'

export interface OperationsParts extends ControlParts, ChoiceParts, RollbackParts {
  readonly reconciler: Reconciler
  readonly ownership: OwnershipDesk
  readonly adoption: AdoptionDesk
  /** Newest first. */
  readonly readJournal: (query: JournalQuery) => Promise<readonly JournalLine[]>
  /** Anchors are lines that somebody wrote down elsewhere. */
  readonly verifyJournal: (anchors: readonly Anchor[]) => Promise<JournalVerdict>
  /** JSON Lines, in pieces. */
  readonly exportJournal: (filter: JournalFilter) => AsyncIterable<string>
  /** Who had what in the past. */
  readonly history: History
  /** Deletes the names of a person from the record; `person` is a user name or an address. */
  readonly pseudonymise: (asked: {
    readonly person: string
    readonly by: string
    readonly reason: string
  }) => Promise<Pseudonymised & { readonly stillProvisioned: boolean }>
  /** Undefined when the directory has no such user and nothing is asked about one permission. */
  readonly explainAccess: (asked: AccessAsked) => Promise<UserAccess | undefined>
  /** What questions about access are answered from: the rules in force and this part of the directory. */
  readonly viewAccess: (scope: SnapshotScope) => Promise<AccessView>
  /** What the rules want, with the ids of what is there. Asks the account. */
  readonly readDesired: () => Promise<DesiredFacts>
  /** A plan with another access model than the one in force, and what it would change for people. */
  readonly whatIf: (proposed: AccessModel) => Promise<WhatIf>
  /** As of now; they replace those of the same kind that a pass has found. */
  readonly directoryFindings: () => Promise<DirectoryFindings>
  readonly health: HealthSources
  readonly metrics: Metrics
  /** Not the SCIM token: who may provision users need not be able to apply plans, and the other way round. */
  readonly adminToken: string
  readonly clock: Clock
}

/** What is asked about the access of a person. */
export interface AccessAsked {
  readonly userName: string
  /** Name or id; undefined: everywhere. One that nobody knows is an `OperationsError`. */
  readonly environment: string | undefined
  /** The permission in question; undefined: everything that rules grant. */
  readonly can: string | undefined
  /** What it is to be used on, by condition name. */
  readonly where: Readonly<Record<string, string>>
}

/** What the rules give one person, in the account and in each environment. */
export interface UserAccess {
  readonly userName: string
  /** The address this person has in Dynatrace; undefined when the directory holds no usable one. */
  readonly email: string | undefined
  readonly active: boolean
  readonly access: readonly AccessIn[]
  /** Only when a permission is asked about. */
  readonly answer?: AccessAnswer
}

/** The answer to "can this person do that". */
export interface AccessAnswer {
  readonly can: string
  readonly where: Readonly<Record<string, string>>
  /** ISO 8601. */
  readonly at: string
  readonly places: readonly Explanation[]
  /** What was not known, or looks like a slip in the question. */
  readonly problems: readonly string[]
}

/** Where readiness is asked for; the reconciler answers for itself. */
export interface HealthSources {
  /** Resolves when the database answers. */
  readonly database: () => Promise<void>
  readonly dynatrace: () => DynatraceStatus
  readonly configuration: () => ConfigurationStatus
}

export interface ConfigurationStatus {
  /** Since when the access model in force is; ISO 8601, undefined when none was ever loaded. */
  readonly loadedAt: string | undefined
  /** Why a newer `bridge.yaml` is not in force; undefined when the newest one is. */
  readonly problem: string | undefined
}
