/** Every metric of the bridge, declared once. Names end in their unit; no label holds a person, a token or an id. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export type Instruments = ReturnType<typeof declareInstruments>

export function declareInstruments(registry: Registry) {
  const registers = [registry]
  return {
    requests: new Counter({
      name: 'scim_bridge_http_requests_total',
      help: 'HTTP requests answered, by route pattern, method and status.',
      labelNames: ['route', 'method', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'scim_bridge_http_request_duration_seconds',
      help: 'Seconds from the arrival of an HTTP request to the end of its answer; for SCIM writes the fsync is in it.',
      labelNames: ['route', 'method'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    scimRefusals: new Counter({
      name: 'scim_bridge_scim_refusals_total',
      help: 'SCIM requests refused for a reason that operators should see, by kind of the finding.',
      labelNames: ['kind'],
      registers,
    }),
    calls: new Counter({
      name: 'scim_bridge_dynatrace_calls_total',
      help: 'Calls to the Dynatrace API, by operation and outcome (ok, rejected, unavailable). Repetitions are not counted here.',
      labelNames: ['operation', 'outcome'],
      registers,
    }),
    callAttempts: new Counter({
      name: 'scim_bridge_dynatrace_attempts_total',
      help: 'HTTP requests sent to Dynatrace, repetitions included; more than the calls means that Dynatrace throttles or fails.',
      labelNames: ['operation'],
      registers,
    }),
    callSeconds: new Histogram({
      name: 'scim_bridge_dynatrace_call_duration_seconds',
      help: 'Seconds a call to the Dynatrace API took, with its repetitions and waits.',
      labelNames: ['operation'],
      buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
      registers,
    }),
    circuit: new Gauge({
      name: 'scim_bridge_dynatrace_circuit_state',
      help: 'Whether calls to Dynatrace are made: 0 closed (yes), 1 half-open (one is trying), 2 open (none, as nobody answers).',
      registers,
    }),
    callsInFlight: new Gauge({
      name: 'scim_bridge_dynatrace_calls_in_flight',
      help: 'Calls to Dynatrace that wait for their answer.',
      registers,
    }),
    callWindow: new Gauge({
      name: 'scim_bridge_dynatrace_call_window',
      help: 'How many calls to Dynatrace may be in flight: grows while it goes well, is halved by a 429.',
      registers,
    }),
    callsWaiting: new Gauge({
      name: 'scim_bridge_dynatrace_calls_waiting',
      help: 'Calls to Dynatrace that wait for their turn.',
      registers,
    }),
    passes: new Counter({
      name: 'scim_bridge_reconcile_passes_total',
      help: 'Finished passes, by scope (full, keyed), mode (plan, apply) and status.',
      labelNames: ['scope', 'mode', 'status'],
      registers,
    }),
    passSeconds: new Histogram({
      name: 'scim_bridge_reconcile_pass_duration_seconds',
      help: 'Seconds a pass took, by scope.',
      labelNames: ['scope'],
      buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600],
      registers,
    }),
    steps: new Counter({
      name: 'scim_bridge_reconcile_steps_total',
      help: 'Steps that a pass came to, by kind and result (applied, skipped, failed).',
      labelNames: ['kind', 'result'],
      registers,
    }),
    drift: new Gauge({
      name: 'scim_bridge_drift_steps',
      help: 'Differences between desired and observed that stood after the newest full pass, by kind of step.',
      labelNames: ['kind'],
      registers,
    }),
    heldRevocations: new Gauge({
      name: 'scim_bridge_held_revocations',
      help: 'Steps that would take access away and wait for a person: somebody has access that should not.',
      registers,
    }),
    heldRevocationSince: new Gauge({
      name: 'scim_bridge_held_revocation_since_timestamp_seconds',
      help: 'Since when the oldest of them waits; 0 when none does.',
      registers,
    }),
    held: new Gauge({
      name: 'scim_bridge_held_steps',
      help: 'Steps of the newest full pass that wait for a person.',
      registers,
    }),
    refused: new Gauge({
      name: 'scim_bridge_refused_steps',
      help: 'Steps of the newest full pass that a guard refuses, whoever asks.',
      registers,
    }),
    findings: new Gauge({
      name: 'scim_bridge_findings',
      help: 'Findings of the newest full pass, by kind and severity.',
      labelNames: ['kind', 'severity'],
      registers,
    }),
    pendingKeys: new Gauge({
      name: 'scim_bridge_pending_keys',
      help: 'Users and groups that the IdP changed and no pass has settled yet.',
      registers,
    }),
    lastAttempt: new Gauge({
      name: 'scim_bridge_reconcile_last_attempt_timestamp_seconds',
      help: 'When a pass last started, in seconds since 1970; 0 before the first.',
      registers,
    }),
    lastSuccess: new Gauge({
      name: 'scim_bridge_reconcile_last_success_timestamp_seconds',
      help: 'When a pass last ended without failure, in seconds since 1970; 0 before the first.',
      registers,
    }),
    leader: new Gauge({
      name: 'scim_bridge_leader',
      help: '1 while this replica holds the lease and reconciles, else 0.',
      registers,
    }),
  }
}
