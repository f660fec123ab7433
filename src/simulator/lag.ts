/**
 * Reads that lag behind writes: before each change the state it is about to replace is kept for a while, and a read is
 * answered from what was true so many milliseconds ago. Costs nothing while no switch and no fault asks for it.
 */
import type { Clock } from '../lib/clock.ts'
import type { Account } from './account.ts'
import { seededRandom } from './seeded-random.ts'
import type { Switches } from './switches.ts'

/** What is read, each with a lag of its own. */
export type Read = 'group' | 'user' | 'binding'

export interface Lag {
  /** To be called before anything of the account changes. `faultLag`: how late a read may be by a fault, in milliseconds. */
  keep(account: Account, faultLag: number): void
  /**
   * The account as such a read sees it now. Policies, boundaries and environments never lag. `faultLag`: how late this
   * one read is, whatever the switches say.
   */
  seen(account: Account, read: Read, faultLag?: number): Account
  /** Forgets what was: another account has taken the place of this one. */
  forget(): void
}

export function createLag(clock: Clock): Lag {
  /** Oldest first; each was true until then. */
  let past: readonly { readonly until: number; readonly account: Account }[] = []
  let drawn: { readonly seed: number; readonly next: () => number } | undefined

  return {
    keep(account, faultLag) {
      const now = clock.now().getTime()
      const longest = Math.max(faultLag, ...Object.values(lags(account.switches)))
      past = past.filter(({ until }) => until > now - longest)
      if (longest > 0) past = [...past, { until: now, account: copy(account) }]
    },
    seen(account, read, faultLag) {
      const lag = faultLag ?? lags(account.switches)[read]
      if (lag === 0 || past.length === 0) return account
      const late = faultLag ?? lag * share(account.switches.chance)
      const instant = clock.now().getTime() - late
      const then = past.find(({ until }) => until > instant)
      return then === undefined ? account : { ...then.account, switches: account.switches }
    },
    forget() {
      past = []
    },
  }

  function share(seed: number): number {
    if (seed === 0) {
      drawn = undefined
      return 1
    }
    if (drawn?.seed !== seed) drawn = { seed, next: seededRandom(seed) }
    return drawn.next()
  }
}

const lags = (switches: Switches): Readonly<Record<Read, number>> => ({
  group: switches.groupReadLag,
  user: switches.userReadLag,
  binding: switches.bindingReadLag,
})

/** Records are replaced and never edited, so that only what holds them has to be copied. */
const copy = (account: Account): Account => ({
  ...account,
  users: new Map(account.users),
  userKeyByUid: new Map(account.userKeyByUid),
  groups: new Map(account.groups),
  everybodyIds: new Set(account.everybodyIds),
  groupsOfUser: copyOfSets(account.groupsOfUser),
  membersOfGroup: copyOfSets(account.membersOfGroup),
  permissions: new Map(account.permissions),
  bindings: new Map([...account.bindings].map(([level, byGroup]) => [level, new Map(byGroup)])),
})

const copyOfSets = (map: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Set<string>> =>
  new Map([...map].map(([key, set]) => [key, new Set(set)]))
