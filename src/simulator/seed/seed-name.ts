/** The accounts a simulator can start with, by name. */
export const seeds = ['sample', 'empty', 'large'] as const

/**
 * `empty` has only the account owner and what every account has; `sample` is the account of the demo; `large` is filled up
 * to a size, by default the limits of an account.
 */
export type Seed = (typeof seeds)[number]
