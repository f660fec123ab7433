// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
/** What an account has room for (Dynatrace: IAM limits, 2025-11-12). What one text may hold is the reader's to say. */
import type { Lint } from './lint.ts'

/** None of these can be raised. Bindings count for the account or for one environment. */
export const accountLimits = { policies: 200, boundaries: 2_000, bindings: 30_000 } as const

/** How many the account, or the fullest of its environments, would have. */
export interface Counts {
  readonly policies: number
  readonly boundaries: number
  readonly bindings: number
}

const remedies: Readonly<Record<keyof Counts, string>> = {
  policies: 'join policies, or let one with ${bindParam:…} stand for many',
  boundaries: 'let one boundary with ${bindParam:…} stand for many, or join values with IN',
  bindings: 'join policies that are always bound together, or give them to fewer groups',
}

/** An error for each limit that is crossed. */
export const lintCounts = (counts: Counts): readonly Lint[] =>
  (['policies', 'boundaries', 'bindings'] as const).flatMap(what =>
    counts[what] <= accountLimits[what]
      ? []
      : [
          {
            id: 'over-limit',
            severity: 'error',
            message: `there are ${counts[what]} ${what}, and Dynatrace has room for ${accountLimits[what]}`,
            remedy: remedies[what],
            span: undefined,
          },
        ],
  )
