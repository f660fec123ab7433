/** What became of a `bridge.yaml` that a command wrote, for people and for programs. Pure. */
import type { Draft } from '../../access/from-account/draft.ts'
import { unsaidSections } from '../../access/from-account/write-unsaid.ts'
import { plural } from './closing-text.ts'
import { wrapped } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

const WIDTH = 100

export interface WrittenDraft {
  readonly draft: Draft
  readonly file: string
  /** Files that it includes. */
  readonly rules: readonly string[]
  /** Files with groups and members. */
  readonly members: readonly string[]
  /** What the linter says of the file. */
  readonly warnings: number
}

export function draftText(
  { draft, file, rules: parts, members, warnings }: WrittenDraft,
  options: TextOptions,
): string {
  const paint = painter(options)
  const { rules, policies, boundaries, environments, unsaid } = draft
  const counts = [
    plural(environments.length, 'environment'),
    plural(rules.length, 'rule'),
    policies.length === 1 ? '1 policy' : `${policies.length} policies`,
    boundaries.length === 1 ? '1 boundary' : `${boundaries.length} boundaries`,
  ]
  const sections = unsaidSections(unsaid).flatMap(({ title, lines }) => [
    '',
    paint('bold', title),
    ...lines.flatMap(line => wrapped(printable(line), { first: '  - ', rest: '    ', widest: WIDTH })),
  ])
  return `${[
    `${paint('bold', file)}: ${counts.join(', ')}.`,
    ...parts.map(part => `${paint('bold', part)}: its rules.`),
    ...members.map(each => `${paint('bold', each)}: groups and members, for the identity provider.`),
    ...sections,
    '',
    closing(unsaid.length, paint),
    ...(warnings === 0
      ? []
      : [`"scim-bridge lint ${file}" has ${plural(warnings, 'remark')} on what is there.`]),
    `Next: read ${file}, it says how to go on.`,
  ].join('\n')}\n`
}

const closing = (unsaid: number, paint: ReturnType<typeof painter>): string =>
  unsaid === 0
    ? paint('green', 'It says everything.')
    : paint(
        'yellow',
        `${plural(unsaid, 'thing')} could not be said; the file names them at its end, and they stay as they are.`,
      )

export function draftJson({ draft, file, rules: parts, members, warnings }: WrittenDraft): object {
  const { rules, policies, boundaries, environments, unsaid } = draft
  return {
    files: [file, ...parts, ...members],
    environments: environments.length,
    rules: rules.length,
    policies: policies.length,
    boundaries: boundaries.length,
    warnings,
    unsaid: unsaid.map(({ kind, what, why }) => ({ kind, what, why })),
  }
}
