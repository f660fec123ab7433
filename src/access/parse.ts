/** `bridge.yaml` and the files it includes from text to access model, or everything that is wrong with them at once. */
import { type AccessFiles, singleFile } from './access-files.ts'
import { checkWritten } from './check/check-written.ts'
import type { ExpectationResult } from './check/expectation.ts'
import type { AccessModel } from './model.ts'
import { openFiles } from './open-files.ts'
import type { Problem } from './problem.ts'
import { readModel } from './read-model.ts'

export type ParsedAccessModel =
  | {
      readonly kind: 'valid'
      readonly model: AccessModel
      readonly warnings: readonly Problem[]
      /** Lints that the files say are known and wanted. */
      readonly accepted: readonly Problem[]
      /** As far as the files alone tell. */
      readonly expectations: readonly ExpectationResult[]
    }
  | {
      readonly kind: 'invalid'
      readonly problems: readonly Problem[]
      readonly warnings: readonly Problem[]
      /** None when there are other mistakes. */
      readonly expectations: readonly ExpectationResult[]
    }

/** A file that includes nothing. `name` is the one shown in problems. Never throws, whatever the text. */
export function parseAccessModel(text: string, name: string, now?: Date): ParsedAccessModel {
  return parseAccessFiles(singleFile(text, name), now)
}

/** Without `now`, nothing is told of days that are past. Never throws, whatever the texts. */
export function parseAccessFiles(files: AccessFiles, now?: Date): ParsedAccessModel {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const accepted: Problem[] = []
  const opened = openFiles(files, { problems, warnings, accepted })
  const today = now?.toISOString().slice(0, 10)
  const model = opened.kind === 'broken' ? undefined : readModel(opened.files, today)
  const names = [files.main.name, ...[...files.included.values()].map(({ name }) => name)]
  const expectations = problems.length > 0 || model === undefined ? [] : checkWritten(model, now)
  const said = { warnings: inOrder(warnings, names), expectations }
  if (problems.length > 0 || model === undefined) {
    return { kind: 'invalid', problems: inOrder(problems, names), ...said }
  }
  return { kind: 'valid', model: model.model, accepted: inOrder(accepted, names), ...said }
}

function inOrder(problems: readonly Problem[], names: readonly string[]): readonly Problem[] {
  const rank = new Map(names.map((name, at) => [name, at]))
  const rankOf = ({ file }: Problem): number => rank.get(file) ?? names.length
  return problems.toSorted((a, b) => rankOf(a) - rankOf(b) || a.line - b.line || a.column - b.column)
}
