/** Invitations that came to nothing: nobody followed them, or Dynatrace does not take the address. */
import { sql } from 'kysely'
import { eachOrRest } from '../../access/findings/each-or-rest.ts'
import { listNames } from '../../access/rule-findings.ts'
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { AccountUser } from '../../dynatrace/dynatrace.ts'
import type { Finding } from '../../lib/finding.ts'
import { domainKey, domainOf } from '../../lib/mail-domain.ts'
import type { Reader } from '../../store/store.ts'
import { textList } from '../../store/text-list.ts'
import { thisInstallation } from '../installation.ts'
import type { Plan, StepResult } from '../step.ts'

/** The link in an invitation is good for 24 hours (Dynatrace: invite users). */
const GOOD_FOR_MS = 24 * 3_600_000

/** Of people whom the bridge invited: when others did, nobody tells. */
export async function staleInvitations(
  db: Reader,
  {
    accountUsers,
    people,
    now,
  }: {
    readonly accountUsers: ReadonlyMap<string, Pick<AccountUser, 'status'>>
    readonly people: DirectorySnapshot['people']
    readonly now: Date
  },
): Promise<readonly Finding[]> {
  const pending = [...people.values()].filter(
    ({ emailKey, active }) => active && accountUsers.get(emailKey)?.status === 'PENDING',
  )
  if (pending.length === 0) return []
  const since = await invitedAt(
    db,
    pending.map(({ emailKey }) => emailKey),
  )
  const stale = pending.flatMap(({ userName, emailKey }) => {
    const at = since.get(emailKey)
    return at === undefined || now.getTime() - Date.parse(at) < GOOD_FOR_MS ? [] : [{ userName, at }]
  })
  return eachOrRest(
    stale.sort((a, b) => (a.userName < b.userName ? -1 : 1)),
    staleInvitation,
    moreStale,
  )
}

/** Addresses that Dynatrace refused to invite for their domain, one finding for each domain. */
export function refusedDomains(plan: Plan, results: ReadonlyMap<string, StepResult>): readonly Finding[] {
  const refused = plan.steps.flatMap(({ id, action }) => {
    const result = results.get(id)
    if (action.kind !== 'invite-user' || result?.kind !== 'failed') return []
    // Neither a code nor a text is documented, so that the word has to do.
    return /\bdomain/i.test(result.reason) ? [{ email: action.email, reason: result.reason }] : []
  })
  const byDomain = Map.groupBy(refused, ({ email }) => domainKey(domainOf(email)) ?? domainOf(email))
  return [...byDomain].map(([domain, all]) => ({
    kind: 'domain-refused',
    severity: 'warning',
    subject: `domain ${domain}`,
    message: `Dynatrace refuses to invite ${listNames(all.map(({ email }) => email))}: ${all[0]?.reason ?? ''}`,
    remedy: `Allow the domain ${domain} in Account Management of Dynatrace, or let the identity provider of its federation bring these people in.`,
  }))
}

interface Stale {
  readonly userName: string
  readonly at: string
}

const staleInvitation = ({ userName, at }: Stale): Finding => ({
  kind: 'invitation-stale',
  severity: 'warning',
  subject: `user ${userName}`,
  message: `"${userName}" was invited more than 24 hours ago and has not finished signing up; the link in the invitation has ended.`,
  remedy:
    'Let Dynatrace send the invitation again (Account Management, Users), and tell the person to look for it.',
  since: at,
})

const moreStale = (all: readonly Stale[]): Finding => ({
  kind: 'invitation-stale',
  severity: 'warning',
  subject: 'directory',
  message: `${all.length} more people were invited more than 24 hours ago and have not finished signing up: ${listNames(all.map(({ userName }) => userName))}.`,
  remedy:
    'Let Dynatrace send the invitations again (Account Management, Users), and tell these people to look for them.',
})

async function invitedAt(db: Reader, emailKeys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('ownership')
    .select(['nameKey', 'at'])
    .where('kind', '=', 'user')
    .where('instance', '=', thisInstallation(db))
    .where('state', '=', 'owned')
    .where('nameKey', 'in', sql<string>`${textList(db, JSON.stringify(emailKeys))}`)
    .execute()
  return new Map(rows.map(({ nameKey, at }) => [nameKey, at]))
}
