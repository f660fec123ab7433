/** Puts an account under other switches. Whether letter case of e-mails counts is how it finds its users. */
import { type Account, emailKey } from '../account.ts'
import { badRequest } from '../rejection.ts'
import type { Switches } from '../switches.ts'

/** Throws a 400, with nothing changed, when two users would become one. */
export function useSwitches(account: Account, switches: Switches): void {
  const exact = switches.emailCase === 'exact'
  if (exact !== (account.switches.emailCase === 'exact')) rekey(account, switches)
  account.switches = switches
}

function rekey(account: Account, switches: Switches): void {
  const users = [...account.users.values()]
  const keyed = new Map(users.map(user => [emailKey({ switches }, user.email), user]))
  const lost = users.find(user => keyed.get(emailKey({ switches }, user.email)) !== user)
  if (lost !== undefined) {
    const { email } = keyed.get(emailKey({ switches }, lost.email)) ?? lost
    throw badRequest(`Users ${lost.email} and ${email} differ only in letter case: remove one of them first`)
  }
  const identities = [...account.identities]
  account.users.clear()
  account.identities.clear()
  // The spelling of those who were removed is forgotten: they keep the key they have.
  for (const [key, identity] of identities) account.identities.set(emailKey({ switches }, key), identity)
  const byUid = new Map(identities.map(([, identity]) => [identity.uid, identity]))
  for (const [key, user] of keyed) {
    account.users.set(key, user)
    account.userKeyByUid.set(user.uid, key)
    const identity = byUid.get(user.uid)
    if (identity !== undefined) account.identities.set(key, identity)
  }
}
