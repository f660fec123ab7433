/**
 * The rows of both databases, in the camelCase that Kysely's CamelCasePlugin gives them.
 *
 * Chosen so that SQLite and PostgreSQL agree: truth is 0 or 1, instants are ISO 8601 text in UTC,
 * structured values are JSON text that only our own code reads.
 */
import type { Generated, Selectable } from 'kysely'

export interface Tables {
  users: UserRow
  userEmails: UserEmailRow
  groups: GroupRow
  members: MemberRow
  departures: DepartureRow
  accountUsers: AccountUserRow
  refusals: RefusalRow
  findings: FindingRow
  drifts: DriftRow
  repairs: RepairRow
  removals: RemovalRow
  settings: SettingRow
  changes: ChangeRow
  ownership: OwnershipRow
  keptElements: KeptElementRow
  runs: RunRow
  runSteps: RunStepRow
  decisions: DecisionTable
  choices: ChoiceRow
  journal: JournalRow
  journalHead: JournalHeadRow
  pseudonyms: PseudonymRow
  holdings: HoldingRow
  heldGroups: HeldGroupRow
  leases: LeaseRow
}

export interface UserRow {
  id: string
  userName: string
  /** `foldKey(userName)`, unique. */
  userNameKey: string
  externalId: string | null
  /** The e-mail address this user has in Dynatrace, as sent; null when there is no usable address. */
  email: string | null
  /** `foldKey(email)`; indexed, not unique: the IdP may send one address twice. */
  emailKey: string | null
  active: 0 | 1
  /** Since when `active` is false; null while active. */
  inactiveSince: string | null
  /** When the IdP last set `active` from false to true. */
  reactivatedAt: string | null
  /** Since when a deactivation that came right behind a reactivation waits for confirmation. */
  doubtedSince: string | null
  /** The SCIM attributes as JSON, without `id`, `meta`, `groups` and `password`. */
  resource: string
  version: number
  createdAt: string
  modifiedAt: string
}

/** One e-mail address of a user, so that a filter finds the user by it. */
export interface UserEmailRow {
  /** `foldKey` of the address as sent; those too long for an index have no row. */
  valueKey: string
  userId: string
}

export interface GroupRow {
  id: string
  displayName: string
  /** `foldKey(displayName)`, unique. */
  displayNameKey: string
  externalId: string | null
  /** The SCIM attributes as JSON, without `id`, `meta` and `members`. */
  resource: string
  version: number
  createdAt: string
  modifiedAt: string
}

/** One membership. `memberId` may name a user that does not exist (yet): it is then parked. */
export interface MemberRow {
  groupId: string
  memberId: string
  kind: 'User' | 'Group'
}

/** A user that the IdP deleted, kept so that the account can be cleaned up after the grace period. */
export interface DepartureRow {
  emailKey: string
  email: string
  userName: string
  at: string
  /** The folded address that the person has now, when it was a rename and not a departure. */
  successorKey: string | null
}

/** What the account said of a user when it was last looked at; the Dynatrace extension of the SCIM user. */
export interface AccountUserRow {
  /** `foldKey` of the e-mail address. */
  emailKey: string
  uid: string | null
  status: string | null
  lastSignIn: string | null
  /** JSON array of the names of the environments in which the user has access. */
  environments: string
  /** When the user was last found, or brought, in step; null when that has not been reached yet. */
  syncedAt: string | null
  /** Why the last attempt failed; null when it did not. */
  error: string | null
}

/** What SCIM refused and a person should know of, counted per kind and subject. */
export interface RefusalRow {
  kind: string
  subject: string
  detail: string
  requestId: string
  times: number
  firstAt: string
  lastAt: string
}

/** Since when full passes have come to a finding. */
export interface FindingRow {
  /** Digest of kind and subject. */
  key: string
  kind: string
  subject: string
  since: string
}

/** Drift that a pass left standing. */
export interface DriftRow {
  /** Digest of the key of the drift. */
  key: string
  since: string
  cause: string
  /** JSON; null when it is not known. */
  actor: string | null
}

/** How often a thing was put right after somebody had changed it by hand. */
export interface RepairRow {
  /** As in `DriftRow`. */
  key: string
  times: number
  lastAt: string
}

/** Something that was taken away in the last day. */
export interface RemovalRow {
  runId: string
  stepId: string
  at: string
  /** Folded e-mail of the person, or the key of the thing. */
  subject: string
  isPerson: 0 | 1
}

/** A setting that stored rows were computed with, so that a change of it is noticed at the start. */
export interface SettingRow {
  name: string
  value: string
}

/** The change feed: keys that may be out of step with Dynatrace, written in the same transaction as the change. */
export interface ChangeRow {
  seq: Generated<number>
  kind: 'user' | 'group'
  /** For a user its folded e-mail in Dynatrace, for a group its display name in the IdP. */
  key: string
  requestId: string
  at: string
}

/** The ownership registry: what in the Dynatrace account is ours. */
export interface OwnershipRow {
  id: string
  kind: 'user' | 'group' | 'policy' | 'boundary' | 'right'
  /** uuid in Dynatrace, or uid of the user; null while a creation is under way. */
  dynatraceId: string | null
  /** Name of the thing, or e-mail of the user, as we last wrote it; of a right its key. */
  name: string
  /** `foldKey(name)`; unique per installation and kind. */
  nameKey: string
  state: 'creating' | 'owned'
  /** JSON array of the IdP group ids that feed a group; `[]` for a user. */
  sources: string
  runId: string
  at: string
  /** How it became ours. What was adopted was there before us: it is never deleted. */
  how: Generated<'created' | 'adopted' | 'imported'>
  /** Who adopted or imported it; null when the bridge made it. */
  by: Generated<string | null>
  /** Id of the installation that owns it: rows of another one are on record, and not ours. */
  instance: string
}

/** What a group held when it was adopted. */
export interface KeptElementRow {
  id: string
  /** As in `OwnershipRow`. */
  instance: string
  /** uuid in Dynatrace. */
  groupId: string
  kind: 'member' | 'binding' | 'permission'
  /** Folded e-mail, `bindingKey` or `permissionKey`. */
  key: string
  /** For people. */
  title: string
  /** `kept`: beyond the rules, and left alone; `covered`: the rules wish for it too, and it goes when they no longer do. */
  standing: 'kept' | 'covered'
  reason: string
  by: string
  at: string
}

export interface RunRow {
  id: string
  trigger: string
  mode: string
  status: string
  startedAt: string
  finishedAt: string | null
  /** The run as JSON, without its steps. */
  data: string
}

/** One step of a run, and what became of it. */
export interface RunStepRow {
  runId: string
  /** In the plan, from 0. */
  position: number
  stepId: string
  /** JSON, as is `result`; null while the step has not been reached. */
  step: string
  result: string | null
}

/** A person's word on a held step, good until `expiresAt`. */
export interface DecisionTable {
  stepId: string
  runId: string
  /** `first`: approved by one person, and a second one has to agree. */
  decision: 'approved' | 'rejected' | 'first'
  actor: string
  reason: string
  at: string
  expiresAt: string
  /** Of the plan that the word was said about. */
  planHash: Generated<string>
}

export type DecisionRow = Selectable<DecisionTable>

/** What a person chose about one difference. */
export interface ChoiceRow {
  stepId: string
  choice: 'ignore' | 'leave'
  title: string
  actor: string
  reason: string
  at: string
  /** Until when it counts; null: until the difference is another one. */
  until: string | null
}

export interface JournalRow {
  seq: number
  at: string
  kind: string
  runId: string | null
  requestId: string | null
  actor: string
  data: string
  previousHash: string
  hash: string
}

/** Where the journal ends. There is one. */
export interface JournalHeadRow {
  id: number
  seq: number
  hash: string
  /** A random secret of this database, without which nobody can tell whose token one is. */
  key: string
}

/** The name behind a token of the journal. */
export interface PseudonymRow {
  token: string
  /** As it was written; null once it has been deleted. */
  text: string | null
  /** `nameKey(text)`; null once it has been deleted. */
  textKey: string | null
  /** What the token reads as since then. */
  label: string | null
}

/** What somebody or a group had in the account, from when until when. */
export interface HoldingRow {
  id: Generated<number>
  kind: 'group' | 'member' | 'binding' | 'permission' | 'account-user'
  /** uuid of the group; empty for a user of the account. */
  groupId: string
  /** Of a person the token of the folded address; of a right a digest; of a group empty. */
  subject: string
  /** JSON: names as they were, and what the right says. */
  detail: string
  since: string
  /** Null while it lasts. */
  until: string | null
  /** Of a hand edit: the run that saw it first. */
  sinceRun: string
  /** The step that brought it about; null when no step of ours did. */
  sinceStep: string | null
  untilRun: string | null
  untilStep: string | null
}

/** What is known to be held in a group, in short, so that a pass sees at once whether anything is new. */
export interface HeldGroupRow {
  /** Empty for the users of the account. */
  groupId: string
  /** JSON: a digest for each kind of holding; null when it has to be looked at. */
  digest: string | null
}

export interface LeaseRow {
  name: string
  holder: string
  /** Grows by one each time the lease changes hands; a stale holder is recognised by it. */
  fence: number
  expiresAt: string
}
