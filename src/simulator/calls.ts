/** Counts the calls of the account API by operation, so that tests can assert what a run costs. */

interface CallCounts {
  readonly total: number
  /** Everything but GET. */
  readonly writes: number
  /** Token requests, which are in none of the other numbers. */
  readonly tokens: number
  /** For example `POST /iam/v1/accounts/{account}/groups`. */
  readonly byOperation: Readonly<Record<string, number>>
}

export interface Calls {
  /** `route` is the pattern of the route, undefined when none fits. */
  count(method: string, route: string | undefined): void
  counts(): CallCounts
  reset(): void
}

export function createCalls(): Calls {
  const byOperation = new Map<string, number>()
  let tokens = 0
  return {
    count(method, route) {
      if (route?.startsWith('/sso/') === true) {
        tokens += 1
        return
      }
      const operation = `${method} ${(route ?? '(unknown)').replaceAll(/(?<!:):(\w+)(\([^)]*\))?/g, '{$1}').replaceAll('::', ':')}`
      byOperation.set(operation, (byOperation.get(operation) ?? 0) + 1)
    },
    counts() {
      const entries = [...byOperation].sort(([a], [b]) => (a < b ? -1 : 1))
      const sum = (some: typeof entries) => some.reduce((total, [, count]) => total + count, 0)
      const writes = sum(entries.filter(([operation]) => !operation.startsWith('GET ')))
      return { total: sum(entries), writes, tokens, byOperation: Object.fromEntries(entries) }
    },
    reset() {
      byOperation.clear()
      tokens = 0
    },
  }
}
