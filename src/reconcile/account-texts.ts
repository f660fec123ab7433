/** The texts of those policies and boundaries of the account that rules name and `bridge.yaml` does not define. */

import type { DesiredGroup, DesiredLevel } from '../access/desired-group.ts'
import type { AccountTexts } from '../access/evaluate/texts.ts'
import type { Dynatrace, Policy } from '../dynatrace/dynatrace.ts'
import { messageOf } from '../lib/errors.ts'
import { type Catalogue, findBoundary, findPolicy } from './catalogue.ts'

export interface ReadAccountTexts {
  readonly texts: AccountTexts
  /** One sentence for each policy whose text could not be read. */
  readonly problems: readonly string[]
}

/** Built-in policies change with releases of Dynatrace, others by hand: texts are not kept for long. */
const GOOD_FOR_MS = 60_000

/** Remembers each text for a minute. */
export interface PolicyTextMemory {
  text(dynatrace: Dynatrace, policy: Policy): Promise<string | undefined>
}

export function policyTextMemory(now: () => Date): PolicyTextMemory {
  const known = new Map<string, { readonly text: string | undefined; readonly until: number }>()
  return {
    async text(dynatrace, policy) {
      const at = now().getTime()
      const before = known.get(policy.id)
      if (before !== undefined && at < before.until) return before.text
      const text = (await dynatrace.policies.get(policy.level, policy.id))?.statement
      known.set(policy.id, { text, until: at + GOOD_FOR_MS })
      return text
    },
  }
}

/** Reads each policy once that a binding of these groups means. Never throws: what cannot be read is not known. */
export async function readAccountTexts(
  groups: Iterable<DesiredGroup>,
  known: {
    readonly dynatrace: Dynatrace
    readonly catalogue: Catalogue
    readonly memory: PolicyTextMemory
    /** Whether the file defines the policy itself. */
    readonly isDefined: (policy: string, level: DesiredLevel) => boolean
  },
): Promise<ReadAccountTexts> {
  const { catalogue, dynatrace, memory } = known
  const byId = new Map(catalogue.policies.map(policy => [policy.id, policy]))
  const wanted = new Map<string, Policy>()
  for (const { bindings } of groups) {
    for (const { policy, level } of bindings) {
      if (known.isDefined(policy, level)) continue
      const found = findPolicy(catalogue, policy, level)
      const there = found.kind === 'found' ? byId.get(found.id) : undefined
      if (there !== undefined) wanted.set(there.id, there)
    }
  }
  const texts = new Map<string, string>()
  const problems: string[] = []
  await Promise.all(
    wanted.values().map(async policy => {
      try {
        const text = await memory.text(dynatrace, policy)
        if (text !== undefined) texts.set(policy.id, text)
      } catch (error) {
        problems.push(`What policy "${policy.name}" says could not be read: ${messageOf(error)}`)
      }
    }),
  )
  const queries = new Map(catalogue.boundaries.map(({ id, query }) => [id, query]))
  return {
    texts: {
      policy(name, level) {
        const found = findPolicy(catalogue, name, level)
        return found.kind === 'found' ? texts.get(found.id) : undefined
      },
      boundary(name) {
        const found = findBoundary(catalogue, name)
        return found.kind === 'found' ? queries.get(found.id) : undefined
      },
    },
    problems: problems.sort(),
  }
}
