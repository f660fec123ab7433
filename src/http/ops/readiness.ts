/**
 * How each dependency is, and whether the bridge may take requests. Pure.
 *
 * | dependency    | degraded                              | failed          | then ready |
 * |---------------|---------------------------------------|-----------------|------------|
 * | database      |                                       | no answer       | no         |
 * | configuration | an older bridge.yaml is in force      | never loaded    | no         |
 * | dynatrace     | the last call failed, or calls pause  |                 | yes        |
 * | reconciler    | the last pass failed                  |                 | yes        |
 *
 * An unreachable Dynatrace must not take the bridge out of service: the identity provider's changes are
 * kept and carried out later, whereas Entra quarantines a target that answers with errors.
 */
import type { DynatraceStatus } from '../../dynatrace/dynatrace.ts'
import type { ReconcilerStatus } from '../../reconcile/reconciler.ts'
import type { ConfigurationStatus } from './parts.ts'

export interface DependencyHealth {
  readonly status: 'ok' | 'degraded' | 'failed'
  /** Seconds since this was last known to be well; undefined when it never was. */
  readonly ageSeconds: number | undefined
  readonly detail: string
}

export interface Readiness {
  readonly status: 'ok' | 'degraded' | 'failed'
  readonly dependencies: {
    readonly database: DependencyHealth
    readonly configuration: DependencyHealth
    readonly dynatrace: DependencyHealth
    readonly reconciler: DependencyHealth
  }
}

export interface ReadinessFacts {
  /** Why the database did not answer; undefined when it did. */
  readonly databaseFailure: string | undefined
  readonly configuration: ConfigurationStatus
  readonly dynatrace: DynatraceStatus
  readonly reconciler: ReconcilerStatus
  readonly now: Date
}

export function readinessOf(facts: ReadinessFacts): Readiness {
  const dependencies = {
    database: databaseHealth(facts.databaseFailure),
    configuration: configurationHealth(facts.configuration, facts.now),
    dynatrace: dynatraceHealth(facts.dynatrace, facts.now),
    reconciler: reconcilerHealth(facts.reconciler, facts.now),
  }
  const statuses = Object.values(dependencies).map(dependency => dependency.status)
  if (statuses.includes('failed')) return { status: 'failed', dependencies }
  return { status: statuses.includes('degraded') ? 'degraded' : 'ok', dependencies }
}

function databaseHealth(failure: string | undefined): DependencyHealth {
  return failure === undefined
    ? { status: 'ok', ageSeconds: 0, detail: 'answers' }
    : { status: 'failed', ageSeconds: undefined, detail: withoutPeople(failure) }
}

function configurationHealth({ loadedAt, problem }: ConfigurationStatus, now: Date): DependencyHealth {
  const ageSeconds = secondsSince(loadedAt, now)
  if (loadedAt === undefined) {
    return { status: 'failed', ageSeconds, detail: problem ?? 'bridge.yaml has not been loaded' }
  }
  return problem === undefined
    ? { status: 'ok', ageSeconds, detail: 'bridge.yaml is in force' }
    : {
        status: 'degraded',
        ageSeconds,
        detail: `the last good bridge.yaml is in force: ${withoutPeople(problem)}`,
      }
}

function dynatraceHealth(status: DynatraceStatus, now: Date): DependencyHealth {
  const { lastSuccessAt, failure, circuit, opensUntil, pausedEnvironments } = status
  const ageSeconds = secondsSince(lastSuccessAt, now)
  if (circuit !== 'closed') {
    const last = failure === undefined ? '' : `; the last call: ${withoutPeople(failure)}`
    return {
      status: 'degraded',
      ageSeconds,
      detail: `calls pause after many without an answer, ${againAt(opensUntil)}${last}`,
    }
  }
  if (pausedEnvironments.length > 0) {
    const each = pausedEnvironments.map(({ id, opensUntil }) => `${id} (${againAt(opensUntil)})`)
    const detail = `calls pause to environments that do not answer: ${each.join(', ')}; the account is called as ever`
    return { status: 'degraded', ageSeconds, detail }
  }
  if (failure !== undefined) return { status: 'degraded', ageSeconds, detail: withoutPeople(failure) }
  return { status: 'ok', ageSeconds, detail: lastSuccessAt === undefined ? 'not called yet' : 'answers' }
}

const againAt = (opensUntil: string | undefined): string =>
  opensUntil === undefined ? 'one call is trying again now' : `the next try is at ${opensUntil}`

function reconcilerHealth(status: ReconcilerStatus, now: Date): DependencyHealth {
  const { leader, failure, lastAttemptAt, lastSuccessAt, pendingKeys } = status
  const ageSeconds = secondsSince(lastSuccessAt, now)
  if (failure !== undefined) return { status: 'degraded', ageSeconds, detail: withoutPeople(failure) }
  if (!leader) return { status: 'ok', ageSeconds, detail: 'another replica reconciles' }
  if (lastAttemptAt === undefined) return { status: 'ok', ageSeconds, detail: 'the first pass is due' }
  const waiting = `${pendingKeys} changed ${pendingKeys === 1 ? 'key waits' : 'keys wait'}`
  return { status: 'ok', ageSeconds, detail: pendingKeys === 0 ? 'nothing waits' : waiting }
}

const secondsSince = (instant: string | undefined, now: Date): number | undefined =>
  instant === undefined ? undefined : Math.max(0, Math.round((now.getTime() - Date.parse(instant)) / 1000))

/** Health is read without a token, so that addresses of people have no place in it. */
const withoutPeople = (text: string): string => text.replace(/[^\s"'<>/]+@[^\s"'<>/]+/g, '(address)')
