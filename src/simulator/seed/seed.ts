/** The accounts a simulator can start with. */
import type { Clock } from '../../lib/clock.ts'
import type { Account } from '../account.ts'
import { add } from './add.ts'
import { addAdminTokens } from './add-environment-things.ts'
import { addition } from './addition.ts'
import { newAccount } from './defaults.ts'
import { sample } from './sample.ts'

/** `empty` has only the account owner and what every account has; `sample` is the account of the demo. */
export function seeded(seed: 'sample' | 'empty', clock: Clock): Account {
  const account = newAccount(clock)
  addAdminTokens(account)
  if (seed === 'sample') add(account, addition.parse(sample))
  return account
}
