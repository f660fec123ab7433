/**
 * What the rules wish for, given the groups of the IdP. Pure, and the same whatever order the groups come in.
 *
 *   IdP groups × rules ──match──► wishes ──by group name──► desired groups
 *       (contribution.ts)                  (combine.ts)
 */
import type { IdpGroup } from '../directory/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import { atOnce, type Work } from '../lib/turns.ts'
import type { DesiredBoundary, DesiredPolicy } from './desired-definition.ts'
import type { DesiredGroup } from './desired-group.ts'
import { desiredMemory } from './desired-memory.ts'
import type { AccessModel } from './model.ts'

export interface Desired {
  /** Sorted by name. */
  readonly groups: readonly DesiredGroup[]
  /** Sorted by level and name. */
  readonly policies: readonly DesiredPolicy[]
  /** Sorted by name, each name once. */
  readonly boundaries: readonly DesiredBoundary[]
  /**
   * Names of boundaries that rules ask for and that cannot be said: two queries contend for the name, or a captured
   * value would change the meaning. They are not in `boundaries`; a boundary of this name that is there today is
   * not to be touched, nor bound to anything.
   */
  readonly withheldBoundaries: readonly string[]
  readonly findings: readonly Finding[]
  /**
   * Names of Dynatrace groups about which the rules contradict each other, or that cannot exist. They
   * are not in `groups`, and nothing of what they have today is to be touched.
   */
  readonly withheld: readonly string[]
}

export const desiredGroups = (model: AccessModel, groups: readonly IdpGroup[]): Desired =>
  atOnce(desiring(model, groups))

/** The same, for thousands of groups while others wait for the event loop. */
export const desiring = (model: AccessModel, groups: readonly IdpGroup[]): Work<Desired> =>
  desiredMemory().desiring(model, groups)
