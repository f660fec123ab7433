/**
 * Everything a question about access is answered from, as of one moment: the rules in force, the directory, and what
 * policies and boundaries say. Only reads.
 */
import type { Desired } from '../access/desired.ts'
import { type DesiredMemory, desiredMemory } from '../access/desired-memory.ts'
import { noAccountTexts, type Texts, textsOf } from '../access/evaluate/texts.ts'
import { inForce } from '../access/in-force.ts'
import type { AccessModel } from '../access/model.ts'
import type { DirectorySnapshot, ReadSnapshot, SnapshotScope } from '../directory/snapshot.ts'
import type { Dynatrace, DynatraceConnection } from '../dynatrace/dynatrace.ts'
import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import { inTurns } from '../lib/turns.ts'
import { type PolicyTextMemory, type ReadAccountTexts, readAccountTexts } from './account-texts.ts'
import type { Catalogue } from './catalogue.ts'

export interface AccessView {
  /** Without what has expired. */
  readonly model: AccessModel
  readonly desired: Desired
  /** The part of the directory that was asked for; its `groups` are always whole. */
  readonly snapshot: DirectorySnapshot
  readonly texts: Texts
  /** ISO 8601. */
  readonly at: string
  /** Why some policies or boundaries of the account are unknown. */
  readonly problems: readonly string[]
}

export interface AccessViewParts {
  readonly readSnapshot: ReadSnapshot
  readonly connection: Pick<DynatraceConnection, 'with'>
  readonly catalogue: (dynatrace: Dynatrace, fresh: boolean) => Promise<Catalogue>
  readonly policyTexts: PolicyTextMemory
  /** What the rules made of the IdP groups last; without it everything is worked out each time. */
  readonly desiredMemory?: DesiredMemory
  readonly clock: Clock
}

/** An account that does not answer makes texts unknown, and nothing else. */
export async function accessView(
  model: AccessModel,
  scope: SnapshotScope,
  parts: AccessViewParts,
): Promise<AccessView> {
  return viewOf(model, await parts.readSnapshot(scope), parts)
}

/** The same for people and groups that were read already. */
export async function viewOf(
  model: AccessModel,
  snapshot: DirectorySnapshot,
  parts: Omit<AccessViewParts, 'readSnapshot'>,
): Promise<AccessView> {
  const now = parts.clock.now()
  const valid = inForce(model, now)
  const { desiredMemory: memory = desiredMemory() } = parts
  const desired = await inTurns(memory.desiring(valid, snapshot.groups))
  const { texts, problems } = await accountTexts(desired, parts)
  return { model: valid, desired, snapshot, texts: textsOf(desired, texts), at: now.toISOString(), problems }
}

/** Nothing is asked of the account when `bridge.yaml` defines all that its rules name. */
async function accountTexts(
  desired: Desired,
  { connection, catalogue, policyTexts: memory }: Omit<AccessViewParts, 'readSnapshot'>,
): Promise<ReadAccountTexts> {
  const own = textsOf(desired)
  const isDefined = (policy: string, level: Parameters<Texts['statements']>[1]) =>
    own.statements(policy, level) !== undefined
  const isWhole = desired.groups.every(({ bindings }) =>
    bindings.every(
      ({ policy, level, boundaries }) =>
        isDefined(policy, level) && boundaries.every(name => own.conditions(name) !== undefined),
    ),
  )
  if (isWhole) return { texts: noAccountTexts, problems: [] }
  const dynatrace = connection.with({ runId: 'access', requestIds: [] })
  try {
    const known = { dynatrace, catalogue: await catalogue(dynatrace, false), memory, isDefined }
    return await readAccountTexts(desired.groups, known)
  } catch (error) {
    const problem = `What the account's own policies say could not be read: ${messageOf(error)}`
    return { texts: noAccountTexts, problems: [problem] }
  }
}
