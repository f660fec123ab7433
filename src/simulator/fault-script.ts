/**
 * Faults by script: each call that fits fails with a probability, in a way that a seeded generator picks. The nth such
 * call of a script meets the same fate in every run with the same seed.
 */
import { type Fault, type FaultKind, fits } from './fault.ts'
import { seededRandom } from './seeded-random.ts'

export interface FaultScriptOrder {
  readonly seed: number
  /** How probable a failure is, from 0 to 1. */
  readonly rate: number
  readonly kinds: readonly FaultKind[]
  readonly match: Fault['match']
  /** How many calls the script looks at before it ends. Absent: until somebody ends it. */
  readonly calls?: number | undefined
  /** Milliseconds of a slow answer. */
  readonly delayMs: number
  /** Seconds in the `Retry-After` of a rate limit. */
  readonly retryAfter: number
  /** Milliseconds by which a lagging read lags. */
  readonly lagMs: number
  /** Calls that a short-lived token is good for. */
  readonly uses: number
}

/** An order and what became of it so far. */
export interface FaultScriptReport extends FaultScriptOrder {
  /** Calls it looked at, and how many of them it made fail. */
  readonly seen: number
  readonly failed: number
  readonly byKind: Readonly<Partial<Record<FaultKind, number>>>
  /** Whether `calls` are used up. */
  readonly ended: boolean
}

export interface FaultScript {
  /** The fault this call meets, if any. */
  take(method: string, url: string): Fault | undefined
  report(): FaultScriptReport
}

/** Ways to fail of which a client that reads counts and repeats with care comes to no harm. */
export const survivable: readonly FaultKind[] = [
  'status',
  'rate-limit',
  'rate-limit-bare',
  'html',
  'truncate',
  'cut',
  'cut-after-write',
  'slow',
  'short-page',
  'duplicate-items',
  'expired-token',
]

const statuses = [500, 502, 503, 504]

export function createFaultScript(order: FaultScriptOrder): FaultScript {
  const random = seededRandom(order.seed)
  const byKind = new Map<FaultKind, number>()
  let seen = 0
  const ended = () => order.calls !== undefined && seen >= order.calls
  return {
    take(method, url) {
      if (ended() || !fits(order.match, method, url)) return undefined
      seen += 1
      // Three numbers for each call, used or not: what one call meets does not depend on what others are.
      const [chance, way, status] = [random(), random(), random()]
      if (chance >= order.rate) return undefined
      const fault = picked(
        order.kinds.filter(kind => isPossible(kind, method, url)),
        way,
      )
      if (fault === undefined) return undefined
      byKind.set(fault, (byKind.get(fault) ?? 0) + 1)
      return {
        id: `script-${seen}`,
        match: order.match,
        fault,
        times: 1,
        delayMs: order.delayMs,
        retryAfter: order.retryAfter,
        lagMs: order.lagMs,
        uses: order.uses,
        ...(fault === 'status' ? { status: picked(statuses, status) } : {}),
      }
    },
    report: () => ({
      ...order,
      seen,
      failed: [...byKind.values()].reduce((sum, count) => sum + count, 0),
      byKind: Object.fromEntries([...byKind].sort(([a], [b]) => (a < b ? -1 : 1))),
      ended: ended(),
    }),
  }
}

/** Lists come from reads, only writes take effect, and the token endpoint gives tokens and wants none. */
function isPossible(kind: FaultKind, method: string, url: string): boolean {
  switch (kind) {
    case 'short-list':
    case 'short-page':
    case 'duplicate-items':
    case 'lagging-read':
      return method === 'GET'
    case 'cut-after-write':
      return method !== 'GET'
    case 'expired-token':
      return !url.startsWith('/sso/')
    case 'short-lived-token':
      return url.startsWith('/sso/')
    default:
      return true
  }
}

const picked = <T>(choices: readonly T[], chance: number): T | undefined =>
  choices[Math.floor(chance * choices.length)]
