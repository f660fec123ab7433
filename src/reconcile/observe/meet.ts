/** Takes down what an answer of Dynatrace says of users, once for each of them. */
import type { AccountUser } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import type { Work } from '../../lib/turns.ts'
import type { Sight } from './sight.ts'

/** Answers the key as it is held already: in a large account the same few texts are in many groups. */
export function meet(user: AccountUser, sight: Sight, folded = foldKey(user.email)): string {
  const { users, request, accountUsers, emergencyContacts } = sight
  const before = users.get(folded)
  const known = before ?? request.needed.get(folded)
  const met = known?.email === user.email ? known : { emailKey: known?.emailKey ?? folded, email: user.email }
  if (met !== before) users.set(met.emailKey, met)
  note(user, accountUsers, met.emailKey)
  if (user.emergencyContact) emergencyContacts.add(met.emailKey)
  return met.emailKey
}

/** `people`: folded e-mails; `service`: addresses of service users, who are nobody the rules know. */
export function* meetAll(
  found: readonly AccountUser[],
  sight: Sight,
): Work<{ readonly people: Set<string>; readonly service: string[] }> {
  const people = new Set<string>()
  const service: string[] = []
  for (const [nth, user] of found.entries()) {
    const folded = foldKey(user.email)
    if (folded.endsWith(SERVICE_USER_DOMAIN)) service.push(user.email)
    else people.add(meet(user, sight, folded))
    if (nth % USERS_A_STEP === 0) yield
  }
  return { people, service }
}

/** Most answers leave the last sign-in out, and take nothing away from one that told it. */
export function note(
  user: AccountUser,
  known: Map<string, AccountUser>,
  emailKey = foldKey(user.email),
): void {
  const before = known.get(emailKey)
  const lastSignIn = user.lastSignIn ?? before?.lastSignIn
  const { uid, email, status, emergencyContact } = user
  const isKnown = before?.uid === uid && before.email === email && before.lastSignIn === lastSignIn
  if (isKnown && before.status === status && before.emergencyContact === emergencyContact) return
  known.set(emailKey, lastSignIn === user.lastSignIn ? user : { ...user, lastSignIn })
}

/** Service users have generated addresses under this domain (Dynatrace: service users). */
const SERVICE_USER_DOMAIN = '@service.sso.dynatrace.com'

/** Users looked at before the loop may go on with something else. */
const USERS_A_STEP = 200
