/** Access tokens on the wire: a list shows five fields unless it is asked for others. Secrets are never shown. */
import type { ApiToken } from '../account/environment-objects.ts'
import { ConstraintViolation } from '../environment-error.ts'

const usual = ['id', 'name', 'enabled', 'owner', 'creationDate'] as const

const more = [
  'personalAccessToken',
  'expirationDate',
  'lastUsedDate',
  'lastUsedIpAddress',
  'modifiedDate',
  'scopes',
  'additionalMetadata',
] as const

type Field = (typeof usual)[number] | (typeof more)[number]

const all: readonly Field[] = [...usual, ...more]

/** The fields of a list: `+scopes,-owner` changes the usual ones, `id,name` replaces them. The id is always there. */
export function fieldsOf(text: string | undefined): readonly Field[] {
  if (text === undefined || text === '') return usual
  const names = text.split(',')
  const changing = names.every(name => /^[+-]/.test(name))
  const fields = new Set<Field>(changing ? usual : ['id'])
  for (const name of names) {
    const field = all.find(one => one === (changing ? name.slice(1) : name))
    if (field === undefined) throw new ConstraintViolation('QUERY', 'fields', `unknown field ${name}`)
    if (name.startsWith('-') && field !== 'id') fields.delete(field)
    else fields.add(field)
  }
  return [...fields]
}

/** A token with these fields, those without a value left out. */
export function apiTokenView(token: ApiToken, fields: readonly Field[] = all): object {
  // The vendor's extra information on a token's origin, which nothing here has.
  const known = { ...token, additionalMetadata: undefined }
  return Object.fromEntries(
    fields.filter(field => known[field] !== undefined).map(field => [field, known[field]]),
  )
}
