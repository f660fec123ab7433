/**
 * Whether calls are made at all, as a pure function. After several in a row that nobody answered the circuit opens:
 * calls are refused for a while, then one probe goes through, and its outcome closes the circuit or opens it for longer.
 * Any answer shows that Dynatrace is there: what it refuses (401, 403, 404, 429) never opens the circuit.
 */

export type Circuit =
  | {
      readonly kind: 'closed'
      /** Calls in a row that nobody answered. */
      readonly failures: number
      /** When the first of them began, in epoch milliseconds. */
      readonly since: number | undefined
    }
  | (Trouble & { readonly kind: 'open'; readonly until: number })
  /** A probe is on its way. */
  | (Trouble & { readonly kind: 'half-open' })

interface Trouble {
  readonly since: number
  /** How many times it opened in this outage. */
  readonly openings: number
  /** What the last call came to. */
  readonly why: string
}

/** Milliseconds, but for the first. */
export interface CircuitLimits {
  /** Calls in a row that nobody answered. */
  readonly openAfter: number
  /** From the beginning of the first of them: many that broke off in the same moment are one trouble. */
  readonly openAfterMs: number
  /** How long the first opening lasts; each one after it twice as long. */
  readonly openPause: number
  readonly longestOpen: number
}

export type Pass = 'call' | 'probe'

/** How a call ended. `unclear`: it says nothing of whether Dynatrace is there. Times in epoch milliseconds. */
export interface Ending {
  readonly outcome: 'answered' | 'unavailable' | 'unclear'
  readonly pass: Pass
  readonly startedAt: number
  readonly at: number
  readonly why: string
}

export const newCircuit: Circuit = { kind: 'closed', failures: 0, since: undefined }

/** How a call may go out now, if at all. */
export function passFor(circuit: Circuit, at: number): Pass | undefined {
  if (circuit.kind === 'closed') return 'call'
  if (circuit.kind === 'half-open') return undefined
  // Before the outage began: the clock was set back.
  return circuit.until <= at || at < circuit.since ? 'probe' : undefined
}

/** After a call went out. */
export function wentOut(circuit: Circuit, pass: Pass): Circuit {
  if (pass === 'call' || circuit.kind !== 'open') return circuit
  const { since, openings, why } = circuit
  return { kind: 'half-open', since, openings, why }
}

/** After a call ended. Late endings of calls from before the opening may close the circuit but not prolong it. */
export function ended(circuit: Circuit, ending: Ending, limits: CircuitLimits): Circuit {
  const { outcome, pass, at, why } = ending
  if (outcome === 'answered') return newCircuit
  if (circuit.kind === 'closed') return outcome === 'unclear' ? circuit : failedOnce(circuit, ending, limits)
  if (circuit.kind === 'open' || pass === 'call') return circuit
  const openings = outcome === 'unavailable' ? circuit.openings + 1 : circuit.openings
  return { kind: 'open', since: circuit.since, openings, why, until: at + pauseOf(openings, limits) }
}

function failedOnce(
  circuit: Extract<Circuit, { kind: 'closed' }>,
  { startedAt, at, why }: Ending,
  limits: CircuitLimits,
): Circuit {
  const failures = circuit.failures + 1
  const since = Math.min(circuit.since ?? startedAt, startedAt)
  if (failures < limits.openAfter || at - since < limits.openAfterMs) {
    return { kind: 'closed', failures, since }
  }
  return { kind: 'open', since, openings: 1, why, until: at + pauseOf(1, limits) }
}

const pauseOf = (openings: number, { openPause, longestOpen }: CircuitLimits): number =>
  Math.min(longestOpen, openPause * 2 ** (openings - 1))
