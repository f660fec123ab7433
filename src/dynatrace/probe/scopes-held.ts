/** Which of the scopes that are wanted the OAuth client has. */
import type { AskToken, TokenOutcome } from './ask-token.ts'
import { type Check, fault, ok, unseen, warning } from './check.ts'
import { isVital, type Need } from './needs.ts'

export type Held =
  | { readonly kind: 'known'; readonly scopes: ReadonlySet<string> }
  /** It could not be asked to the end. */
  | { readonly kind: 'unknown'; readonly why: string }

/** By halving: one that was not granted fails the whole request, and the answer need not say which. */
export async function scopesHeld(ask: AskToken, scopes: readonly string[], resource: string): Promise<Held> {
  const held = new Set<string>()
  let problem: TokenOutcome | undefined
  const sift = async (some: readonly string[]): Promise<void> => {
    if (some.length === 0 || problem !== undefined) return
    const outcome = await ask({ scopes: some, resource })
    if (outcome.kind === 'granted') for (const scope of some) held.add(scope)
    else if (outcome.kind === 'unreachable') problem = outcome
    else if (some.length > 1) {
      const middle = Math.ceil(some.length / 2)
      await sift(some.slice(0, middle))
      await sift(some.slice(middle))
    }
  }
  await sift(scopes)
  return problem?.kind === 'unreachable'
    ? { kind: 'unknown', why: problem.says }
    : { kind: 'known', scopes: held }
}

/** One check for each need. `finer`: finer scopes that are held in the place of missing ones. */
export function scopeChecks(
  needs: readonly Need[],
  held: Held,
  finer: ReadonlySet<string>,
): readonly Check[] {
  return needs.map(need => {
    const id = `scope.${need.scope}`
    if (held.kind === 'unknown') return unseen(id, need.scope, held.why)
    if (held.scopes.has(need.scope)) return ok(id, `${need.scope} (${need.feature})`)
    const instead = (need.finer ?? []).filter(scope => finer.has(scope))
    const says = `${need.scope} is missing, needed for ${need.feature}: without it ${need.without}.`
    const remedy =
      (instead.length === 0
        ? ''
        : `The client has ${instead.join(', ')}, which is not enough: the bridge also looks up what can be bound, ` +
          'and only the coarse scope allows that. ') +
      `Give ${need.scope} to the OAuth client: Account Management > Identity & access management > OAuth clients.`
    return isVital(need) ? fault(id, says, remedy) : warning(id, says, remedy)
  })
}
