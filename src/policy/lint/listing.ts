/** Names in the sentences of the linter. */

/** `a, b and c`; of long lists the first six and how many more there are. */
export function listing(names: readonly string[]): string {
  const most = 6
  const unique = [...new Set(names)]
  const shown = unique.length > most + 1 ? unique.slice(0, most) : unique
  const rest = unique.length - shown.length
  const parts = rest === 0 ? shown : [...shown, `${rest} more`]
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}

/** A name in quotes, cut so that a sentence stays readable. */
export const quoted = (name: string): string =>
  JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
