/** Many holdings in a few characters that do not depend on their order. */
import type { Holding } from './holding.ts'

export interface Digest {
  add(subject: string): void
  text(): string
}

/** Subjects hold a digest each, so that their sums tell sets apart: nobody wants to forge what only saves a look. */
export function digest(): Digest {
  let [count, one, two] = [0, 0, 0]
  return {
    add(subject) {
      const at = subject.startsWith('‹') ? 3 : 0
      count += 1
      one = (one + Number.parseInt(subject.slice(at, at + 8), 16)) >>> 0
      two = (two + Number.parseInt(subject.slice(at + 8, at + 16), 16)) >>> 0
    },
    text: () => `${count}.${one.toString(36)}.${two.toString(36)}`,
  }
}

export function digestOf(holdings: readonly Holding[]): string {
  const sum = digest()
  for (const { subject } of holdings) sum.add(subject)
  return sum.text()
}
