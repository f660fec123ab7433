/**
 * People whose address is in a domain that is not declared (any more): they came before BRIDGE_EMAIL_DOMAINS said so.
 *
 * The walk goes along the index of addresses and lets others run in between.
 */
import { domainKey, domainOf } from '../lib/mail-domain.ts'
import { breathe } from '../lib/turns.ts'
import type { Reader } from '../store/store.ts'
import { isDeclared } from './email-domain.ts'

export interface UndeclaredDomain {
  readonly domain: string
  /** How many active people have an address there. */
  readonly count: number
  /** The first of them. */
  readonly userNames: readonly string[]
  /** When the first of them came; ISO 8601. */
  readonly since: string
}

const CHUNK = 1_000
const NAMES_TOLD = 10

/** By domain. No declared domains declare them all. */
export async function undeclaredPeople(
  db: Reader,
  declared: readonly string[],
): Promise<readonly UndeclaredDomain[]> {
  if (declared.length === 0) return []
  const found = new Map<string, Gathered>()
  for (let after = { key: '', id: '' }; ; ) {
    const rows = await db
      .selectFrom('users')
      .select(['id', 'emailKey', 'userName', 'active', 'createdAt'])
      .where('emailKey', 'is not', null)
      // Two users may have one address.
      .where(({ eb, and, or }) =>
        or([eb('emailKey', '>', after.key), and([eb('emailKey', '=', after.key), eb('id', '>', after.id)])]),
      )
      .orderBy('emailKey')
      .orderBy('id')
      .limit(CHUNK)
      .execute()
    for (const { emailKey, userName, active, createdAt } of rows) {
      if (active === 0 || emailKey === null) continue
      const domain = domainKey(domainOf(emailKey)) ?? domainOf(emailKey)
      if (!isDeclared(domain, declared)) gather(found, domain, { userName, createdAt })
    }
    const last = rows.at(-1)
    if (last?.emailKey == null || rows.length < CHUNK) break
    after = { key: last.emailKey, id: last.id }
    await breathe()
  }
  return [...found.values()].sort((a, b) => (a.domain < b.domain ? -1 : 1))
}

interface Gathered extends UndeclaredDomain {
  count: number
  readonly userNames: string[]
  since: string
}

function gather(
  found: Map<string, Gathered>,
  domain: string,
  { userName, createdAt }: { readonly userName: string; readonly createdAt: string },
): void {
  const known = found.get(domain) ?? { domain, count: 0, userNames: [], since: createdAt }
  found.set(domain, known)
  known.count += 1
  if (known.userNames.length < NAMES_TOLD) known.userNames.push(userName)
  if (createdAt < known.since) known.since = createdAt
}
