/** How many calls may be repeated: so many at first and then one for every five calls, so that an outage does not multiply them. */

/** In fifths of a repetition. */
export interface RetryBudget {
  readonly fifths: number
}

/** Calls that earn one repetition: 20 %. */
const CALLS_A_RETRY = 5

/** Repetitions that are saved up at most, and that there are at the start. */
export const MOST_SAVED = 20

export const newRetryBudget: RetryBudget = { fifths: MOST_SAVED * CALLS_A_RETRY }

/** After a call was begun. */
export function earned({ fifths }: RetryBudget): RetryBudget {
  return { fifths: Math.min(fifths + 1, MOST_SAVED * CALLS_A_RETRY) }
}

/** After one more repetition; undefined when there is none left. */
export function spent({ fifths }: RetryBudget): RetryBudget | undefined {
  return fifths < CALLS_A_RETRY ? undefined : { fifths: fifths - CALLS_A_RETRY }
}
