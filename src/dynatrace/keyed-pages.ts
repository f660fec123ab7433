/** Reads a list whose pages continue by a key, to its end. */
import { malformed } from './failure.ts'

interface Page<T> {
  readonly items: readonly T[]
  readonly nextPageKey: string | undefined
  readonly totalCount: number | undefined
}

/**
 * All items, none of them twice. Throws `UpstreamError` `malformed` when a key leads back to where it was given, or when
 * the pages hold less than the last of them says there is.
 */
export async function keyedPages<T extends { readonly id: string }>(
  operation: string,
  readPage: (key: string | undefined) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const found = new Map<string, T>()
  const keys = new Set<string>()
  let key: string | undefined
  for (;;) {
    const { items, nextPageKey, totalCount } = await readPage(key)
    for (const item of items) found.set(item.id, item)
    if (nextPageKey === undefined) {
      if (found.size >= (totalCount ?? 0)) return [...found.values()]
      throw malformed(operation, 200, `there are ${totalCount} items, and the pages hold ${found.size}`)
    }
    if (keys.has(nextPageKey)) throw malformed(operation, 200, 'the key of the next page was used before')
    keys.add(nextPageKey)
    key = nextPageKey
  }
}
