/** What is to be known of the directory at this moment, without waiting for a pass. */
import type { Clock } from '../lib/clock.ts'
import type { Finding } from '../lib/finding.ts'
import type { RefusalKind } from '../scim/error.ts'
import type { Reader, Store } from '../store/store.ts'
import { isDeclared } from './email-domain.ts'
import { type ParkedGroup, parkedGroups } from './parked-members.ts'
import { type StandingRefusal, standingRefusals } from './refusal-rows.ts'
import type { RefusalBook } from './refusals.ts'
import { type UndeclaredDomain, undeclaredPeople } from './undeclared-people.ts'

export interface DirectoryFindings {
  /** At most a hundred of each kind. */
  readonly findings: readonly Finding[]
  /** How many there are of each kind; the kinds are all that are looked for, so that 0 is an answer. */
  readonly totals: Readonly<Record<string, number>>
}

interface FindingParts {
  readonly store: Pick<Store, 'db'>
  readonly refusals: Pick<RefusalBook, 'flush'>
  readonly clock: Clock
  /** Domains that are declared now; what was refused before one was is settled. */
  readonly emailDomains: readonly string[]
}

const LISTED = 100
/** A search through the directory that took less, in milliseconds, is done anew for everybody who asks. */
const CHEAP_MS = 250
/** A search that took longer may take this part of the time at most; until then its answer holds. */
const SHARE_OF_TIME = 1 / 20

/** A reader that questions asked at the same time share. It throws what the database throws. */
export function directoryFindings(parts: FindingParts): () => Promise<DirectoryFindings> {
  const { store, refusals, clock, emailDomains } = parts
  const parked = sparingly(() => parkedGroups(store.db), clock)
  const strangers = sparingly(() => undeclaredPeople(store.db, emailDomains), clock)
  // The domains are those of this process: what they say was not so before it.
  const startedAt = clock.now().toISOString()
  return async () => {
    await refusals.flush()
    const now = clock.now()
    const [groups, undeclaredDomains, unreachable, changes, domains] = await Promise.all([
      parked(),
      strangers(),
      withoutAddress(store.db),
      standingRefusals(store.db, { kind: 'unrecognised-membership-change', limit: LISTED, now }),
      undeclared(store.db, emailDomains, now),
    ])
    return {
      findings: [
        ...changes.refusals.map(refusedChange),
        ...domains.refusals.map(refusedDomain),
        ...undeclaredDomains.slice(0, LISTED).map(each => notDeclared(each, startedAt)),
        ...unreachable.users.map(noUsableEmail),
        ...groups.slice(0, LISTED).map(parkedMember),
      ],
      totals: {
        'unrecognised-membership-change': changes.total,
        'undeclared-domain': domains.total,
        'domain-not-declared': undeclaredDomains.length,
        'no-usable-email': unreachable.total,
        'parked-member': groups.length,
      } satisfies Record<RefusalKind, number> & Record<string, number>,
    }
  }
}

/** Asks again at once when that is cheap; when it is not, the last answer is kept for a multiple of what it cost. */
function sparingly<T>(ask: () => Promise<T>, clock: Clock): () => Promise<T> {
  let last: Promise<T> | undefined
  let goodUntil = Number.POSITIVE_INFINITY
  return () => {
    const began = clock.now().getTime()
    if (last !== undefined && began < goodUntil) return last
    goodUntil = Number.POSITIVE_INFINITY
    const asked = ask()
    last = asked
    const done = () => {
      const ended = clock.now().getTime()
      const cost = ended - began
      goodUntil = cost < CHEAP_MS ? 0 : ended + cost / SHARE_OF_TIME
    }
    asked.then(done, () => {
      goodUntil = 0
    })
    return asked
  }
}

async function withoutAddress(
  db: Reader,
): Promise<{ readonly total: number; readonly users: readonly Unreachable[] }> {
  const unreachable = db.selectFrom('users').where('emailKey', 'is', null)
  const counted = await unreachable.select(({ fn }) => fn.countAll().as('total')).executeTakeFirst()
  // In the order of the index: to sort them all, only to show a hundred, would cost more than it tells.
  const users = await unreachable.select(['userName', 'modifiedAt']).limit(LISTED).execute()
  return {
    total: Number(counted?.total ?? 0),
    users: users.toSorted((a, b) => (a.userName < b.userName ? -1 : 1)),
  }
}

async function undeclared(db: Reader, emailDomains: readonly string[], now: Date) {
  const standing = await standingRefusals(db, { kind: 'undeclared-domain', limit: LISTED, now })
  const refusals = standing.refusals.filter(({ subject }) => !isDeclared(subject, emailDomains))
  return { refusals, total: standing.total - (standing.refusals.length - refusals.length) }
}

interface Unreachable {
  readonly userName: string
  readonly modifiedAt: string
}

const noUsableEmail = ({ userName, modifiedAt }: Unreachable): Finding => ({
  kind: 'no-usable-email',
  severity: 'warning',
  subject: `user ${userName}`,
  message: `"${userName}" has no usable e-mail address, so Dynatrace cannot know this person and no invitation is sent.`,
  remedy: 'Map an e-mail address to userName or to the primary work e-mail in the IdP.',
  since: modifiedAt,
})

const parkedMember = ({ displayName, count, ids }: ParkedGroup): Finding => ({
  kind: 'parked-member',
  severity: 'info',
  subject: `IdP group ${displayName}`,
  message: `${count} of its members are not provisioned: ${ids.join(', ')}${count > ids.length ? ` and ${count - ids.length} more` : ''}.`,
  remedy:
    'Assign these people to the application in the IdP, or take them out of the group. They join when they arrive.',
})

const notDeclared = ({ domain, count, userNames, since }: UndeclaredDomain, startedAt: string): Finding => ({
  kind: 'domain-not-declared',
  severity: 'warning',
  subject: `domain ${domain}`,
  message: `${count === 1 ? '1 person has' : `${count} people have`} an address of ${domain}, which is not declared: ${userNames.join(', ')}${count > userNames.length ? ` and ${count - userNames.length} more` : ''}. Whoever else comes with such an address is refused.`,
  remedy: `Declare ${domain} in BRIDGE_EMAIL_DOMAINS, or take these people out of the application in the IdP.`,
  since: since > startedAt ? since : startedAt,
})

const refusedChange = (refusal: StandingRefusal): Finding => ({
  kind: refusal.kind,
  severity: 'error',
  subject: `IdP group ${refusal.displayName ?? refusal.subject}`,
  message: `A change of the group was refused ${often(refusal)}, and nothing of it was carried out: ${refusal.detail}`,
  remedy:
    'Find the request in the provisioning log of the IdP, correct what it sends, and push the group again; a change that is accepted settles this.',
  since: refusal.firstAt,
})

const refusedDomain = (refusal: StandingRefusal): Finding => ({
  kind: refusal.kind,
  severity: 'warning',
  subject: `domain ${refusal.subject}`,
  message: `A user with an address of ${refusal.subject} was refused ${often(refusal)}: ${refusal.detail}`,
  remedy: `Declare ${refusal.subject} in BRIDGE_EMAIL_DOMAINS, or take these people out of the application in the IdP.`,
  since: refusal.firstAt,
})

const often = ({ times, lastAt, requestId }: StandingRefusal): string =>
  times === 1
    ? `at ${lastAt} (request ${requestId})`
    : `${times} times, last at ${lastAt} (request ${requestId})`
