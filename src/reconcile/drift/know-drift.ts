/**
 * What is known of each difference before guards judge it: its class, where it comes from, which side moved, since when it
 * stands, how bad it is, and who brought it about. Costs no call but those that ask the audit log for hand edits.
 */
import { sqlChangeFeed } from '../../directory/change-feed.ts'
import { foldKey } from '../../lib/fold.ts'
import { breathe } from '../../lib/turns.ts'
import { attribute } from '../actors/attribute.ts'
import { nobody } from '../actors/subject.ts'
import type { Vocabulary } from '../describe/vocabulary.ts'
import type { OwnedGroup } from '../ownership.ts'
import { isGoneFrom } from '../pass/guard-facts.ts'
import type { Found } from '../pass/plan-pass.ts'
import type { PassParts } from '../pass/request.ts'
import { stepId } from '../plan.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import { type CauseFacts, causeOf } from './cause.ts'
import { type ClassFacts, classOf, meaningOf } from './classify.ts'
import { contestOf } from './contest.ts'
import type { Drift, DriftActor, DriftCause } from './drift.ts'
import { accessEffect, severityOf } from './effect.ts'
import { pastRepairs, standingDrift } from './memory.ts'
import { originOf } from './origin.ts'
import { isNewModel } from './settled-model.ts'
import { thingOf } from './thing.ts'

/** Differences between two turns for whoever waits. */
const TURN = 200

interface Known {
  readonly found: Found
  readonly parts: Pick<PassParts, 'store' | 'dynatrace' | 'clock' | 'auditLog'>
}

/** By step id. */
export async function knowDrift(
  actions: readonly StepAction[],
  words: Vocabulary,
  known: Known,
): Promise<ReadonlyMap<string, Drift>> {
  if (actions.length === 0) return new Map()
  const { store, clock } = known.parts
  const now = clock.now()
  const keys = actions.map(thingOf)
  const standing = await standingDrift(store.db, actions.map(stepId))
  const repairs = await pastRepairs(store.db, keys)
  const facts = await factsOf(words, known)
  const drifts = new Map<string, Drift>()
  for (const [at, action] of actions.entries()) {
    if (at % TURN === TURN - 1) await breathe()
    const key = keys[at] ?? ''
    const before = standing.get(stepId(action))
    const cause = before?.cause ?? causeOf(action, facts)
    const effect = accessEffect(action, facts)
    const severity = severityOf(action, effect, facts)
    const contest = cause === 'by-hand' ? contestOf(repairs.get(key), severity, now) : undefined
    const plain = classOf(action, facts)
    const kind = contest === undefined ? plain : 'contested'
    drifts.set(stepId(action), {
      class: kind,
      key,
      meaning: meaningOf(kind, plain, contest?.repairs ?? 0),
      ...originOf(action, words),
      since: before?.since ?? now.toISOString(),
      ...{ effect, severity, cause, contest },
      actor: isByOthers(cause) ? (before?.actor ?? { kind: 'not-yet-known' }) : nobody,
    })
  }
  return withActors(actions, drifts, words, known)
}

/** Whether somebody else may be behind it. */
const isByOthers = (cause: DriftCause): boolean => cause === 'by-hand' || cause === 'unknown'

/** Who it was is asked for once: what is remembered is not asked again. */
async function withActors(
  actions: readonly StepAction[],
  drifts: ReadonlyMap<string, Drift>,
  words: Vocabulary,
  { found, parts }: Known,
): Promise<ReadonlyMap<string, Drift>> {
  const subjects = actions.flatMap(action => {
    const drift = drifts.get(stepId(action))
    if (drift?.actor.kind !== 'not-yet-known') return []
    return [{ key: drift.key, action, since: drift.since }]
  })
  if (subjects.length === 0) return drifts
  const actors = await attribute(subjects, {
    ...parts,
    names: {
      groupName: words.groupName,
      definitionName: words.definitionName,
      uidOf: emailKey => found.observed.accountUsers.get(emailKey)?.uid,
    },
  })
  const told = (drift: Drift): DriftActor =>
    drift.actor.kind === 'not-yet-known' ? (actors.get(drift.key) ?? drift.actor) : drift.actor
  return new Map([...drifts].map(([id, drift]) => [id, { ...drift, actor: told(drift) }]))
}

async function factsOf(
  words: Vocabulary,
  { found, parts }: Known,
): Promise<CauseFacts & ClassFacts & { policyName(id: string): string; denies(id: string): boolean }> {
  const { premises, observed } = found
  const { assignment, definitions } = premises
  const pending = await sqlChangeFeed(parts.store).pending()
  const moved = (kind: 'user' | 'group') =>
    new Set(pending.filter(key => key.kind === kind).map(({ key }) => foldKey(key)))
  const nameOf = new Map(words.snapshot.groups.map(({ id, displayName }) => [id, foldKey(displayName)]))
  const isOrphan = (ref: GroupRef) => assignment.orphans.has(ref) || assignment.withheld.has(ref)
  const rowOf = (ref: GroupRef): OwnedGroup | undefined =>
    assignment.rows.get(ref) ?? assignment.orphans.get(ref)
  return {
    moved: { people: moved('user'), groups: moved('group') },
    feeding: ref => [
      ...(assignment.desired.get(ref)?.sources.map(({ idpGroupName }) => foldKey(idpGroupName)) ?? []),
      ...(rowOf(ref)?.sources.flatMap(id => nameOf.get(id) ?? []) ?? []),
    ],
    isFedAnew: ref => {
      const row = rowOf(ref)
      if (row === undefined) return false
      // Of what no rule leads to, only whether the IdP groups are still there.
      if (!assignment.desired.has(ref)) return row.sources.some(id => !nameOf.has(id))
      const now = new Set(assignment.desired.get(ref)?.sources.map(({ idpGroupId }) => idpGroupId))
      return now.size !== row.sources.length || row.sources.some(id => !now.has(id))
    },
    isOrphan,
    wasMade: words.wasMade,
    wasThere: ref => assignment.rows.get(ref)?.dynatraceId !== undefined,
    isModelNew: await isNewModel(words.model, {
      db: parts.store.db,
      isFirst: premises.ownership.groups.size === 0,
    }),
    hasEnded: action => words.endedBehind(action) !== undefined,
    isGone: isGoneFrom(premises),
    policyName: words.definitionName,
    denies: id =>
      /\bDENY\b/i.test(definitions?.policies.get(id)?.statement ?? observed.uses.texts?.get(id) ?? ''),
  }
}
