/** Names for environments, as rules will call them: made of the names they have, each its own. */
import { foldKey } from '../../lib/fold.ts'
import type { EnvironmentFact } from './account-facts.ts'
import type { DraftEnvironment } from './draft.ts'

/** Words that mean something else where environments are named. */
const RESERVED = ['all', 'account']

/** In the order of the environments. */
export function nameEnvironments(environments: readonly EnvironmentFact[]): readonly DraftEnvironment[] {
  const taken = new Set([...RESERVED, ...environments.map(({ id }) => foldKey(id))])
  return environments.map(({ id, name }) => {
    const own = slug(name)
    // An environment whose name is its id goes by it.
    const base = own === '' ? `env-${slug(id)}` : own
    const free = own === foldKey(id) ? own : firstFree(base, taken)
    taken.add(foldKey(free))
    return { name: free, id, title: name }
  })
}

function firstFree(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base
  let count = 2
  while (taken.has(`${base}-${count}`)) count += 1
  return `${base}-${count}`
}

/** `Production (EU)` → `production-eu`. */
function slug(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  const dashed = plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')
  return /^\d/.test(dashed) ? `env-${dashed}` : dashed
}
