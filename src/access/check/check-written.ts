/** What is looked at once a model could be read: what the linter says of it, and its expectations. */
import { inForce } from '../in-force.ts'
import type { WrittenModel } from '../written.ts'
import { checkExpectations, type ExpectationResult } from './expectation.ts'
import { lintModel } from './lint-model.ts'

/**
 * Expectations that fail are mistakes of the file, unless they fail only since something ended or ends only later: a file
 * must not become unreadable overnight. Gives what is so at `now`, or with everything in force without it.
 */
export function checkWritten(written: WrittenModel, now: Date | undefined): readonly ExpectationResult[] {
  const { model, expectations } = written
  lintModel(written)
  if (expectations.length === 0) return []
  const everything = checkExpectations(model)
  const valid = now === undefined ? model : inForce(model, now)
  const results = valid === model ? everything : checkExpectations(valid)
  for (const [index, { kind, message, remedy }] of results.entries()) {
    const place = expectations[index]
    if (kind !== 'failed' || place === undefined) continue
    if (everything[index]?.kind === 'failed') place.reading.problem(place.path, message, remedy)
    else place.reading.warning(place.path, `${message}, since what gave it has ended`, remedy)
  }
  return results
}
