/** Faults on order: which calls fail next, how, and how often. `fault-hooks.ts` makes them happen. */
import { shortId } from '../lib/ids.ts'

export const faultKinds = [
  /** Answers `status` (500 unless given) and does nothing. */
  'status',
  /** Answers an HTML page, with `status` (200 unless given), and does nothing. */
  'html',
  /** Does it, then sends half of the body. */
  'truncate',
  /** Closes the connection before anything is done. */
  'cut',
  /** Does it, then closes the connection instead of answering. */
  'cut-after-write',
  /** Does it after `delayMs` (2,000 unless given). */
  'slow',
  /** Does it, but the list in the answer lacks its second half. */
  'short-list',
  /** Answers 429 with `Retry-After` of `retryAfter` seconds (1 unless given) and does nothing. */
  'rate-limit',
] as const

export interface Fault {
  readonly id: string
  readonly match: { readonly method?: string | undefined; readonly path?: string | undefined }
  readonly fault: (typeof faultKinds)[number]
  readonly status?: number | undefined
  readonly retryAfter?: number | undefined
  readonly delayMs?: number | undefined
  /** How many more calls it hits. */
  readonly times: number
}

export interface Faults {
  add(fault: Omit<Fault, 'id'>): Fault
  /** The fault this call meets, which thereby has one time less. */
  take(method: string, url: string): Fault | undefined
  list(): readonly Fault[]
  clear(): void
}

export function createFaults(): Faults {
  let faults: readonly Fault[] = []
  return {
    add(given) {
      const fault = { ...given, id: shortId('fault') }
      faults = [...faults, fault]
      return fault
    },
    take(method, url) {
      const hit = faults.find(fault => matches(fault, method, url))
      if (hit === undefined) return undefined
      faults = faults.flatMap(fault => {
        if (fault !== hit) return [fault]
        return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []
      })
      return hit
    },
    list: () => faults,
    clear() {
      faults = []
    },
  }
}

/** Without a path a fault hits every API call; the token endpoint has to be named. */
function matches({ match }: Fault, method: string, url: string): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false
  if (match.path === undefined) return !url.startsWith('/sso/')
  return url.startsWith(match.path) || new RegExp(match.path).test(url)
}
