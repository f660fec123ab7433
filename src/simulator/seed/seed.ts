/** Makes the account a simulator starts with. */
import type { Clock } from '../../lib/clock.ts'
import type { Account } from '../account.ts'
import { add } from './add.ts'
import { addAdminTokens } from './add-environment-things.ts'
import { addition } from './addition.ts'
import { newAccount } from './defaults.ts'
import { fill, type SomeSize } from './large.ts'
import { sample } from './sample.ts'
import type { Seed } from './seed-name.ts'

/** Throws a 400 for a size that no account can have. */
export function seeded(seed: Seed, clock: Clock, size: SomeSize = {}): Account {
  const account = newAccount(clock)
  addAdminTokens(account)
  if (seed === 'sample') add(account, addition.parse(sample))
  if (seed === 'large') fill(account, size)
  return account
}
