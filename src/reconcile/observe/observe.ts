/**
 * Observed state: what the account holds of our groups, read within the scope of the pass.
 *
 * Reads fail closed. What every decision rests on (users, groups, environments) throws; what concerns
 * one group or level leaves a blind spot, in which `diff` sees no difference at all.
 */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import { type Semaphore, semaphore } from '../../lib/semaphore.ts'
import type { Catalogue } from '../catalogue.ts'
import type { GroupRef, StateGroup } from '../state.ts'
import { type ObservedDefinitions, observeDefinitions } from './definitions.ts'
import { readMembers } from './members.ts'
import type { ObservedState, ObserveRequest } from './observed.ts'
import { observeBindings, observePermissions } from './rights.ts'
import { newSight, type Sight } from './sight.ts'
import { readEverybody, readUser } from './users.ts'

/** Calls prepared at a time; how many are in flight is the client's own affair. */
const AHEAD = 16

/** @throws UpstreamError when users cannot be read at all. */
export async function observe(dynatrace: Dynatrace, request: ObserveRequest): Promise<ObservedState> {
  const ahead = semaphore(AHEAD)
  const sight = newSight(request)
  const { problems, blind } = sight
  const full = request.people === undefined
  const wanted = request.groups.map(group => group.id)
  const readRights = Promise.all([
    observeBindings(
      dynatrace,
      {
        wanted: new Set(wanted),
        levels: request.levels,
        full,
        definitions: request.named?.definitions.present ?? new Set(),
      },
      { problems, blind: blind.bindings },
    ),
    observePermissions(dynatrace, wanted, { problems, blind: blind.permissions }),
    request.named === undefined
      ? undefined
      : observeDefinitions(dynatrace, { ...request.named, texts: full }),
  ])
  // First, so that all groups find these people met.
  if (full) await readEverybody(dynatrace, sight)
  for (const ref of request.federated) blind.members.add(ref)
  const peopled = wanted.filter(ref => !request.federated.has(ref))
  await Promise.all(peopled.map(ref => ahead(() => readMembers(ref, dynatrace, sight))))
  await readRest(dynatrace, sight, ahead)

  const [rights, permissions, named] = await readRights
  problems.push(...(named?.problems ?? []))
  const groups = new Map<GroupRef, StateGroup>(
    request.groups.map(({ id, name, description }) => [id, { ref: id, name, description }]),
  )
  const { users, members, withServiceUsers, emergencyContacts, accountUsers, whole } = sight
  return {
    state: {
      policies: named?.policies ?? new Map(),
      boundaries: named?.boundaries ?? new Map(),
      users,
      groups,
      members,
      bindings: rights.bindings,
      permissions,
    },
    uses: { ...rights.uses, texts: textsOf(request.named?.catalogue, named) },
    blind,
    problems,
    withServiceUsers,
    emergencyContacts,
    accountUsers,
    foreignBindings: rights.foreign,
    whole,
  }
}

/** People in the groups of ours that were not asked for: by person or by group, whichever takes fewer calls. */
async function readRest(dynatrace: Dynatrace, sight: Sight, ahead: Semaphore): Promise<void> {
  const { request, users, members, blind } = sight
  const full = request.people === undefined
  const rest = [...request.managed].filter(ref => !members.has(ref) && !blind.members.has(ref))
  const listing = 1 + (request.people === undefined || request.people.size > 0 ? rest.length : 0)
  const missing = request.needed.values().filter(({ emailKey }) => !users.has(emailKey))
  const asked = new Map([
    ...(request.people ?? []),
    ...(full ? [] : missing.map(({ emailKey, email }) => [emailKey, email] as const)),
  ])
  if (full || asked.size > listing) {
    if (!full) await readEverybody(dynatrace, sight)
    // Somebody asked for by e-mail may be in any group of ours.
    if (listing > 1) await Promise.all(rest.map(ref => ahead(() => readMembers(ref, dynatrace, sight))))
    return
  }
  const within = new Map(rest.map(ref => [ref, new Set<string>()]))
  for (const [ref, own] of within) members.set(ref, own)
  await Promise.all(
    [...asked].map(([emailKey, email]) =>
      ahead(() => readUser({ emailKey, email }, within, dynatrace, sight)),
    ),
  )
}

/** Of boundaries all are known, since a list has them whole. */
function textsOf(
  catalogue: Catalogue | undefined,
  named: ObservedDefinitions | undefined,
): ReadonlyMap<string, string> {
  return new Map([
    ...(catalogue?.boundaries.map(({ id, query }) => [id, query] as const) ?? []),
    ...(named?.policies.values().map(({ id, statement }) => [id, statement] as const) ?? []),
  ])
}
