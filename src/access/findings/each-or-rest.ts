/** Findings about many things of one kind: one for each, so that each has its own beginning, and one for what is too much to read. */
import type { Finding } from '../../lib/finding.ts'

/** How many of a kind are told one by one. */
const TOLD = 10

/** `rest` is asked for the finding about those after the first ten; its subject must not hang on how many they are. */
export function eachOrRest<T>(
  all: readonly T[],
  each: (item: T) => Finding,
  rest: (items: readonly T[]) => Finding,
): readonly Finding[] {
  // A finding about one more reads no shorter than that one.
  const told = all.length === TOLD + 1 ? all.length : TOLD
  const left = all.slice(told)
  return [...all.slice(0, told).map(each), ...(left.length === 0 ? [] : [rest(left)])]
}
