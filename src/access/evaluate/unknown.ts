/** What an answer about access cannot know: texts nobody could read, and groups the rules contradict each other about. */
import type { Work } from '../../lib/turns.ts'
import type { DesiredBinding, DesiredGroup } from '../desired-group.ts'
import type { Texts } from './texts.ts'

/** `policy "X"`, and each boundary nobody knows the text of: why it cannot be told what the binding grants. */
export function unknownIn({ policy, level, boundaries }: DesiredBinding, texts: Texts): readonly string[] {
  return [
    ...(texts.statements(policy, level) === undefined ? [`policy "${policy}"`] : []),
    ...boundaries.filter(name => texts.conditions(name) === undefined).map(name => `boundary "${name}"`),
  ]
}

/** One sentence for each, sorted; `withheld`: names of groups that rules contradict each other about. */
export function* unknownOf(
  groups: Iterable<DesiredGroup>,
  texts: Texts,
  withheld: readonly string[],
): Work<readonly string[]> {
  const counts = new Map<string, number>()
  for (const { bindings } of groups) {
    yield
    for (const what of new Set(bindings.flatMap(binding => unknownIn(binding, texts)))) {
      counts.set(what, (counts.get(what) ?? 0) + 1)
    }
  }
  return [
    ...[...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, count]) => `What ${what} says is not known; it is bound in ${groupCount(count)}.`),
    ...withheld.map(
      name =>
        `What group "${name}" has is not known: its rules contradict each other, so it is left as it is.`,
    ),
  ]
}

const groupCount = (count: number): string => (count === 1 ? 'one group' : `${count} groups`)
