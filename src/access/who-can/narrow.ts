/** Texts of which only what they say about one permission is left, so that no more than that is evaluated. */
import type { Statement } from '../../policy/statement.ts'
import type { Texts } from '../evaluate/texts.ts'

export function textsAbout(permission: string, texts: Texts): Texts {
  const known = new WeakMap<readonly Statement[], readonly Statement[]>()
  const narrow = (statements: readonly Statement[]): readonly Statement[] =>
    statements
      .filter(({ permissions }) => permissions.includes(permission))
      .map(({ effect, conditions }) => ({ effect, permissions: [permission], conditions }))
  return {
    statements(policy, level) {
      const all = texts.statements(policy, level)
      if (all === undefined) return undefined
      const before = known.get(all)
      if (before !== undefined) return before
      const own = narrow(all)
      known.set(all, own)
      return own
    },
    conditions: texts.conditions,
  }
}
