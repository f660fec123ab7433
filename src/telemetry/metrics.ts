/** Numbers for operators, told in the words of the domain; how they are named and kept is in `instruments.ts`. */
import { collectDefaultMetrics, type Gauge, Registry } from 'prom-client'
import { declareInstruments, type Instruments } from './instruments.ts'

export interface RequestRecord {
  /** The pattern of the route, never the path that was asked for: that would be one series per user. */
  readonly route: string
  readonly method: string
  readonly status: number
  readonly durationMs: number
}

export interface CallMeasure {
  readonly operation: string
  readonly outcome: string
  readonly attempts: number
  readonly durationMs: number
}

export interface RunMeasure {
  readonly mode: string
  readonly scope: 'full' | readonly string[]
  readonly status: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly finishedAt: string | undefined
  readonly plan: {
    readonly steps: readonly {
      readonly id: string
      readonly action: { readonly kind: string }
      readonly verdict: { readonly kind: string }
    }[]
  }
  readonly results: Readonly<Record<string, { readonly kind: string }>>
  readonly findings: readonly {
    readonly kind: string
    readonly severity: string
    /** ISO 8601. */
    readonly since?: string | undefined
  }[]
}

export interface StatusMeasure {
  readonly leader: boolean
  /** ISO 8601. */
  readonly lastAttemptAt: string | undefined
  readonly lastSuccessAt: string | undefined
  readonly pendingKeys: number
}

export interface ConnectionMeasure {
  readonly circuit: 'closed' | 'half-open' | 'open'
  readonly inFlight: number
  readonly window: number
  readonly waiting: number
}

export interface Metrics {
  recordRequest(request: RequestRecord): void
  recordCall(call: CallMeasure): void
  /** To be told of every SCIM request that was refused and raises a finding. */
  recordRefusal(kind: string): void
  /** To be told of each run once, when it has finished. */
  recordRun(run: RunMeasure): void
  recordStatus(status: StatusMeasure): void
  recordConnection(connection: ConnectionMeasure): void
  /** All of it in the Prometheus text format. */
  text(): Promise<string>
  readonly contentType: string
}

/** A set of metrics of its own: two bridges in one process do not count into each other. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const instruments = declareInstruments(registry)
  instruments.leader.set(0)
  return {
    recordRequest({ route, method, status, durationMs }) {
      instruments.requests.inc({ route, method, status: String(status) })
      instruments.requestSeconds.observe({ route, method }, durationMs / 1000)
    },
    recordCall({ operation, outcome, attempts, durationMs }) {
      instruments.calls.inc({ operation, outcome })
      instruments.callAttempts.inc({ operation }, attempts)
      instruments.callSeconds.observe({ operation }, durationMs / 1000)
    },
    recordRefusal: kind => instruments.scimRefusals.inc({ kind }),
    recordRun: run => recordRun(run, instruments),
    recordStatus({ leader, lastAttemptAt, lastSuccessAt, pendingKeys }) {
      instruments.leader.set(leader ? 1 : 0)
      instruments.pendingKeys.set(pendingKeys)
      setInstant(instruments.lastAttempt, lastAttemptAt)
      setInstant(instruments.lastSuccess, lastSuccessAt)
    },
    recordConnection({ circuit, inFlight, window, waiting }) {
      instruments.circuit.set(circuit === 'closed' ? 0 : circuit === 'half-open' ? 1 : 2)
      instruments.callsInFlight.set(inFlight)
      instruments.callWindow.set(window)
      instruments.callsWaiting.set(waiting)
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function recordRun(run: RunMeasure, instruments: Instruments): void {
  const scope = run.scope === 'full' ? 'full' : 'keyed'
  instruments.passes.inc({ scope, mode: run.mode, status: run.status })
  if (run.finishedAt !== undefined) {
    const seconds = (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000
    instruments.passSeconds.observe({ scope }, Math.max(0, seconds))
  }
  for (const { id, action } of run.plan.steps) {
    const result = run.results[id]
    if (result !== undefined) instruments.steps.inc({ kind: action.kind, result: result.kind })
  }
  // Only a full pass that could look says how much drift there is in all.
  if (scope === 'full' && run.status !== 'failed') recordDrift(run, instruments)
}

/** Removals that take something from somebody. */
const TAKES_ACCESS = /^(remove-|delete-group$)/

function recordDrift({ plan, results, findings }: RunMeasure, instruments: Instruments): void {
  const standing = plan.steps.filter(step => results[step.id]?.kind !== 'applied')
  instruments.drift.reset()
  for (const { action } of standing) instruments.drift.inc({ kind: action.kind })
  instruments.held.set(standing.filter(step => step.verdict.kind === 'hold').length)
  instruments.refused.set(standing.filter(step => step.verdict.kind === 'refuse').length)
  const revocations = standing.filter(
    ({ action, verdict }) => verdict.kind === 'hold' && TAKES_ACCESS.test(action.kind),
  )
  instruments.heldRevocations.set(revocations.length)
  // The clock goes on between passes: what asks compares with its own time.
  const [since] = findings.flatMap(each => (each.kind === 'revocation-held' ? (each.since ?? []) : [])).sort()
  instruments.heldRevocationSince.set(since === undefined ? 0 : Date.parse(since) / 1000)
  instruments.findings.reset()
  for (const { kind, severity } of findings) instruments.findings.inc({ kind, severity })
}

function setInstant(gauge: Gauge, at: string | undefined): void {
  if (at !== undefined) gauge.set(Date.parse(at) / 1000)
}
