/** What goes over the wire, short enough for a line and still recognisable. */
import type { PatchOperation } from './scim-session.ts'

const UUID = /([0-9a-f]{6})[0-9a-f]{2}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** A path with its query decoded, ids cut short, and the parameters that every lookup carries left out. */
export function targetText(path: string): string {
  const [bare = '', query] = path.split('?')
  if (query === undefined) return withShortIds(bare)
  const lookup = query.includes('filter=')
  const shown = decodeURIComponent(query)
    .replace(lookup ? '&startIndex=1&count=100' : '', '')
    .replace('excludedAttributes=members&', '')
  return withShortIds(`${bare}?${shown}`)
}

/** The operations of a PATCH with `op` in the client's own letters and the values as JSON. */
export const operationsText = (operations: readonly PatchOperation[]): string =>
  withShortIds(
    operations
      .map(({ op, path, value }) =>
        [op, path?.replace(/^urn:.*:(?=User:)/, 'urn:…:'), value === undefined ? undefined : jsonText(value)]
          .filter(part => part !== undefined)
          .join(' '),
      )
      .join(' · '),
  )

const jsonText = (value: unknown): string => JSON.stringify(value)

const withShortIds = (text: string): string => text.replace(UUID, '$1…')
