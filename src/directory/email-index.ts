/**
 * The index of all e-mail addresses of users, for filters such as `emails[type eq "work"].value eq "a@b.example"`.
 * It holds folded addresses, as filters compare them (`caseExact` false), and is changed only with them.
 */
import { sql } from 'kysely'
import { foldKey } from '../lib/fold.ts'
import { ownValue } from '../scim/evaluate.ts'
import type { JsonObject } from '../scim/json.ts'
import { isObject } from '../scim/normalise.ts'
import { elementsOf } from '../scim/patch-list.ts'
import { overTexts } from '../store/over-texts.ts'
import type { Writer } from '../store/store.ts'
import { isKeyText } from './key-text.ts'

/**
 * Brings the index from the attributes of before to those of after; without attributes the user does not exist.
 * One statement for all addresses that are new, one for all that are gone, none when they are the same.
 */
export async function indexEmails(
  tx: Writer,
  userId: string,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): Promise<void> {
  const [old, now] = [emailKeys(before), emailKeys(after)]
  const gone = [...old].filter(key => !now.has(key))
  const added = [...now].filter(key => !old.has(key))
  if (gone.length > 0) await removeKeys(tx, gone, { userId })
  if (added.length > 0) await addKeys(tx, added, { userId })
}

/** The key under which an address is in the index; undefined when it cannot be in there. */
export function emailKey(value: string): string | undefined {
  const key = foldKey(value)
  return key !== '' && isKeyText(key) ? key : undefined
}

function emailKeys(attributes: JsonObject | undefined): ReadonlySet<string> {
  const emails = attributes === undefined ? undefined : ownValue(attributes, 'emails')
  const keys = elementsOf(emails).flatMap(element => {
    const value = isObject(element) ? ownValue(element, 'value') : element
    return (typeof value === 'string' ? emailKey(value) : undefined) ?? []
  })
  return new Set(keys)
}

const addKeys = overTexts(
  (_db, keys, { userId }: { userId: string }) => sql<never>`
    insert into user_emails (value_key, user_id)
    select listed.value, cast(${userId} as text) from ${keys} as listed where true
    on conflict do nothing`,
)

const removeKeys = overTexts(
  (_db, keys, { userId }: { userId: string }) => sql<never>`
    delete from user_emails where user_id = ${userId} and value_key in ${keys}`,
)
