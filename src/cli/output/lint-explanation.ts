/** What `scim-bridge lint --explain` tells of lints. */
import { widestOn, wrapped } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'

export interface ExplainedLint {
  readonly id: string
  readonly title: string
  readonly explanation: string
  readonly fix: string
  readonly example: { readonly bad: string; readonly good: string }
}

/** One line for each. */
export function lintIndex(lints: readonly ExplainedLint[], options: TextOptions): string {
  const paint = painter(options)
  const room = Math.max(...lints.map(({ id }) => id.length)) + 2
  const lines = lints.flatMap(({ id, title }) =>
    wrapped(title, {
      first: paint('bold', id.padEnd(room)),
      rest: ' '.repeat(room),
      widest: widestOn(options),
    }),
  )
  return `${lines.join('\n')}\n\nscim-bridge lint --explain <id> tells more of one.\n`
}

export function lintExplanation(lint: ExplainedLint, options: TextOptions): string {
  const paint = painter(options)
  const paragraph = (text: string, first = ''): readonly string[] =>
    text
      .split('\n')
      .flatMap(line => wrapped(line, { first, rest: ' '.repeat(first.length), widest: widestOn(options) }))
  const code = (text: string): readonly string[] =>
    text
      .trimEnd()
      .split('\n')
      .map(line => `    ${line}`)
  return [
    `${paint('bold', lint.id)}: ${lint.title}`,
    '',
    ...paragraph(lint.explanation),
    '',
    ...paragraph(lint.fix, 'Fix: '),
    '',
    paint('red', 'Instead of'),
    ...code(lint.example.bad),
    paint('green', 'write'),
    ...code(lint.example.good),
    '',
    ...paragraph(
      `To silence it where it is meant, write accept: [ ${lint.id} ] at the policy, boundary or binding.`,
    ),
    '',
  ].join('\n')
}
