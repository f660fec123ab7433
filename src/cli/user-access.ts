/** What the rules give one person of the directory, and through what; and whether they can do one thing, and why. */
import { desiredMemory } from '../access/desired-memory.ts'
import { type AccessIn, accessOf } from '../access/explain/grants.ts'
import type { Place } from '../access/impact/side.ts'
import { inForce } from '../access/in-force.ts'
import { OperationsError } from '../http/ops/operations-error.ts'
import type { AccessAsked, UserAccess } from '../http/ops/parts.ts'
import { inTurns } from '../lib/turns.ts'
import { type AskedPerson, askedPerson } from '../reconcile/inspect/asked-person.ts'
import { askedPlaces, type ExplainParts, explainAccess } from '../reconcile/inspect/explain-access.ts'

/** Undefined when the directory has no user of that name and nothing is asked about one permission. */
export async function userAccess(
  { userName, environment, can, where }: AccessAsked,
  parts: ExplainParts,
): Promise<UserAccess | undefined> {
  const person = await askedPerson(userName, parts.store)
  if (!person.inDirectory && can === undefined) return undefined
  const asked = await askedPlaces(environment, parts)
  if (asked.kind === 'unknown') throw new OperationsError(400, 'unknown-environment', asked.message)
  const granted = await grantsOf(person, parts)
  const access = environment === undefined ? granted : granted.filter(each => isIn(each, asked.places))
  const told = { userName: person.userName, email: person.email, active: person.active, access }
  if (can === undefined) return told
  const answer = await explainAccess(person, { permission: can, where, places: asked.places }, parts)
  return { ...told, answer: { can, where, ...answer } }
}

async function grantsOf(person: AskedPerson, parts: ExplainParts): Promise<readonly AccessIn[]> {
  const { emailKey, active } = person
  if (emailKey === undefined) return []
  const model = inForce(parts.model, parts.clock.now())
  const snapshot = await parts.readSnapshot({
    kind: 'keys',
    emails: new Set([emailKey]),
    groupIds: new Set(),
  })
  const memory = parts.desiredMemory ?? desiredMemory()
  const { groups } = await inTurns(memory.desiring(model, snapshot.groups))
  return accessOf({
    emailKey,
    groups,
    members: active ? snapshot.members : new Map(),
    environments: model.environments,
  })
}

/** What the account grants counts everywhere, so that it is always told. */
const isIn = ({ where }: AccessIn, places: readonly Place[]): boolean =>
  where === 'account' || places.some(place => place.kind === 'environment' && place.id === where.id)
