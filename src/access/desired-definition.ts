/** Policies and boundaries as `bridge.yaml` defines them, with variables filled in and environments chosen. */
import type { DesiredLevel } from './desired-group.ts'

export interface DesiredPolicy {
  readonly name: string
  readonly description: string
  readonly statement: string
  readonly level: DesiredLevel
}

export interface DesiredBoundary {
  readonly name: string
  readonly query: string
  /** Names of the IdP groups whose captures asked for it, sorted; empty for one that is asked for by nobody in particular. */
  readonly askedForBy: readonly string[]
}
