/** Makes an account of a snapshot: checks that it holds together, and builds the indexes that are not saved. */
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import type { Clock } from '../../lib/clock.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Binding } from '../account/objects.ts'
import { checkedRestrictions, checkedStatements } from '../account/statement.ts'
import { type Account, emailKey, emptyAccount, levelKey } from '../account.ts'
import type { Client } from '../client.ts'
import { badRequest, type Rejection } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { changedSwitches, defaultSwitches } from '../switches.ts'
import { type Snapshot, snapshot, snapshotKind, snapshotVersion } from './schema.ts'

export interface Loaded {
  readonly account: Account
  readonly client: Client
}

/** Throws a 400 that names the place of the first thing that is wrong, e.g. `users[3].groups[0]`. */
export function loadSnapshot(given: unknown, clock: Clock): Loaded {
  checkHead(given)
  const parsed = snapshot.safeParse(given)
  if (!parsed.success) throw misfit(parsed.error.issues[0])
  const saved = parsed.data
  const account = emptyAccount({ ...saved.account, clock })
  account.switches = at('switches', () => changedSwitches(defaultSwitches, saved.switches))
  addPlaces(account, saved)
  addPeople(account, saved)
  addBindings(account, saved)
  addEnvironmentThings(account, saved)
  for (const event of saved.audit) account.audit.push(event)
  return { account, client: saved.client }
}

/** Puts what was loaded in the place of what is there. Tokens and faults stay as they are. */
export function install(simulation: Simulation, { account, client }: Loaded): void {
  const { switches } = account
  // Telling letter case apart first, and no longer telling it last, lets no two users meet on the way.
  if (switches.emailCase === 'exact') simulation.switches = switches
  simulation.account = account
  if (!isDeepStrictEqual(simulation.switches, switches)) simulation.switches = switches
  simulation.client = client
}

function checkHead(given: unknown): void {
  const { kind, version } = typeof given === 'object' && given !== null ? headOf(given) : {}
  if (kind !== snapshotKind)
    throw badRequest(`This is no snapshot of a simulator: it lacks "kind": "${snapshotKind}"`)
  if (version === snapshotVersion) return
  throw badRequest(
    `The snapshot has version ${JSON.stringify(version)}, this simulator reads version ${snapshotVersion}: ` +
      'save it anew with a simulator of the same release',
  )
}

const headOf = (given: object): { readonly kind?: unknown; readonly version?: unknown } => given

function addPlaces(account: Account, saved: Snapshot): void {
  put('environments', saved.environments, one => one.id, account.environments)
  put(
    'groups',
    saved.groups.map(({ permissions: _, ...group }) => group),
    one => one.uuid,
    account.groups,
  )
  for (const [nth, { uuid, name, owner, permissions }] of saved.groups.entries()) {
    if (account.groupIdByName.has(name)) throw wrong(`groups[${nth}].name`, `there are two groups ${name}`)
    account.groupIdByName.set(name, uuid)
    account.membersOfGroup.set(uuid, new Set())
    if (owner === 'ALL_USERS') account.everybodyIds.add(uuid)
    if (permissions.length > 0) account.permissions.set(uuid, permissions)
  }
  put('policies', saved.policies, one => one.uuid, account.policies)
  put('boundaries', saved.boundaries, one => one.uuid, account.boundaries)
  for (const [nth, { statementQuery }] of saved.policies.entries()) {
    at(`policies[${nth}].statementQuery`, () => checkedStatements(statementQuery, 'accept'))
  }
  for (const [nth, { boundaryQuery }] of saved.boundaries.entries()) {
    at(`boundaries[${nth}].boundaryQuery`, () => checkedRestrictions(boundaryQuery))
  }
}

function addPeople(account: Account, saved: Snapshot): void {
  const users = saved.users.map(({ groups: _, ...user }) => user)
  put('users', users, user => emailKey(account, user.email), account.users)
  for (const [nth, { uid, email, groups }] of saved.users.entries()) {
    if (account.userKeyByUid.has(uid)) throw wrong(`users[${nth}].uid`, `there are two users ${uid}`)
    account.userKeyByUid.set(uid, emailKey(account, email))
    account.groupsOfUser.set(uid, new Set(groups))
    for (const [place, group] of groups.entries()) {
      const members = account.membersOfGroup.get(group)
      if (members === undefined) throw wrong(`users[${nth}].groups[${place}]`, `there is no group ${group}`)
      members.add(uid)
    }
  }
  for (const { key, ...identity } of saved.identities) account.identities.set(key, identity)
  if (!account.users.has(emailKey(account, account.ownerEmail))) {
    throw wrong('account.ownerEmail', `there is no user ${account.ownerEmail}`)
  }
}

/** A group need not be there: by a switch, bindings outlive it. */
function addBindings(account: Account, saved: Snapshot): void {
  const byLevel = new Map<string, Map<string, Binding[]>>()
  for (const [nth, { level, ...binding }] of saved.bindings.entries()) {
    const place = (part: string) => () => `bindings[${nth}].${part}`
    if (level.type === 'environment') known(account.environments, level.id, 'environment', place('level.id'))
    known(account.policies, binding.policyUuid, 'policy', place('policyUuid'))
    for (const [one, uuid] of binding.boundaries.entries()) {
      known(account.boundaries, uuid, 'boundary', place(`boundaries[${one}]`))
    }
    const key = levelKey(level)
    const byGroup = byLevel.get(key) ?? new Map<string, Binding[]>()
    byLevel.set(key, byGroup)
    const held = byGroup.get(binding.groupUuid)
    if (held === undefined) byGroup.set(binding.groupUuid, [binding])
    else held.push(binding)
  }
  for (const [key, byGroup] of byLevel) account.bindings.set(key, byGroup)
}

function addEnvironmentThings(account: Account, saved: Snapshot): void {
  put('apiTokens', saved.apiTokens, one => one.id, account.apiTokens)
  put('platformTokens', saved.platformTokens, one => one.tokenId, account.platformTokens)
  put('documents', saved.documents, one => `${one.environmentId}/${one.id}`, account.documents)
  for (const part of ['apiTokens', 'documents', 'allowlists'] as const) {
    for (const [nth, { environmentId }] of saved[part].entries()) {
      known(account.environments, environmentId, 'environment', () => `${part}[${nth}].environmentId`)
    }
  }
  for (const { environmentId, ...list } of saved.allowlists) account.allowlists.set(environmentId, list)
  for (const event of saved.environmentAudit) account.environmentAudit.push(event)
}

function put<T>(part: string, list: readonly T[], key: (one: T) => string, into: Map<string, T>): void {
  for (const [nth, one] of list.entries()) {
    if (into.has(key(one))) throw wrong(`${part}[${nth}]`, `there are two of ${key(one)}`)
    into.set(key(one), one)
  }
}

function known(map: ReadonlyMap<string, unknown>, key: string, kind: string, place: () => string): void {
  if (!map.has(key)) throw wrong(place(), `there is no ${kind} ${key}`)
}

function at<T>(place: string, get: () => T): T {
  try {
    return get()
  } catch (error) {
    throw wrong(place, messageOf(error))
  }
}

function misfit(issue: z.core.$ZodIssue | undefined): Rejection {
  const place = (issue?.path ?? []).map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
  return wrong(place.join('').replace(/^\./, ''), issue?.message ?? 'invalid')
}

const wrong = (place: string, what: string): Rejection => badRequest(`Snapshot, ${place}: ${what}`)
