/** Ids that people can read, for files of other tools: made of names, each its own. */

/** By id; letters, digits, `_` and `-`, a letter first, as both Monaco and Terraform take them. */
export function ownIds(
  things: readonly { readonly id: string; readonly name: string }[],
): ReadonlyMap<string, string> {
  const taken = new Set<string>()
  return new Map(
    things.map(({ id, name }) => {
      const base = wordOf(name)
      let own = base
      for (let count = 2; taken.has(own); count++) own = `${base}_${count}`
      taken.add(own)
      return [id, own]
    }),
  )
}

function wordOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  const word = plain.replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '')
  if (word === '') return 'unnamed'
  return /^\d/.test(word) ? `_${word}` : word
}
