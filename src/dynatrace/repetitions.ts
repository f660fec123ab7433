/** The repetitions that the calls of an account may make, to whichever host: all draw on one budget. */
import { earned, newRetryBudget, spent } from './retry-budget.ts'

export interface Repetitions {
  /** To be told of every call that is begun. */
  earn(): void
  /** Whether one more repetition may be made; takes it from the budget. */
  take(): boolean
}

export function repetitions(): Repetitions {
  let budget = newRetryBudget
  return {
    earn() {
      budget = earned(budget)
    },
    take() {
      const left = spent(budget)
      if (left === undefined) return false
      budget = left
      return true
    },
  }
}
