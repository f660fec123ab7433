/** What the policies and boundaries of ours say in the account. */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import { messageOf } from '../../lib/errors.ts'
import { semaphore } from '../../lib/semaphore.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Definitions } from '../owned-definitions.ts'
import type { State, StateBoundary, StatePolicy } from '../state.ts'

/** Calls prepared at a time; how many are in flight is the client's own affair. */
const AHEAD = 16

/** Those of the wanted ones that are there. */
export interface ObservedDefinitions extends Pick<State, 'policies' | 'boundaries'> {
  /** Why the text of some is not known. */
  readonly problems: readonly string[]
}

/**
 * Boundaries come whole with their list, policies one by one: with `texts` false, or where one cannot be read, it is
 * taken to say what it should.
 */
export async function observeDefinitions(
  dynatrace: Pick<Dynatrace, 'policies'>,
  {
    definitions,
    catalogue,
    texts,
  }: {
    readonly definitions: Definitions
    readonly catalogue: Catalogue
    readonly texts: boolean
  },
): Promise<ObservedDefinitions> {
  const policies = new Map<string, StatePolicy>()
  const problems: string[] = []
  const names = new Map(catalogue.policies.map(each => [each.id, each.name]))
  const ahead = semaphore(AHEAD)
  const readText = async (wanted: StatePolicy) => {
    const name = names.get(wanted.id)
    if (name === undefined) return
    if (!texts) return void policies.set(wanted.id, { ...wanted, name })
    try {
      const found = await dynatrace.policies.get(wanted.level, wanted.id)
      if (found === undefined) return
      const { description, statement } = found
      policies.set(wanted.id, { ...wanted, name: found.name, description, statement })
    } catch (error) {
      problems.push(`What policy "${name}" says could not be read: ${messageOf(error)}`)
      policies.set(wanted.id, wanted)
    }
  }
  await Promise.all([...definitions.policies.values()].map(wanted => ahead(() => readText(wanted))))

  const found = new Map(catalogue.boundaries.map(each => [each.id, each]))
  const boundaries = new Map<string, StateBoundary>()
  for (const id of definitions.boundaries.keys()) {
    const boundary = found.get(id)
    if (boundary !== undefined) boundaries.set(id, { id, name: boundary.name, query: boundary.query })
  }
  return { policies, boundaries, problems }
}
