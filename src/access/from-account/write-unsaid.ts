/** What a `bridge.yaml` does not say of the account, told to people: in the file, and at the terminal. */
import type { Unsaid } from './draft.ts'
import { comment } from './yaml-text.ts'

const TITLES: Readonly<Record<Unsaid['kind'], string>> = {
  reading: 'Could not be read',
  environment: 'Environments',
  group: 'Groups without a rule',
  member: 'Members',
  binding: 'Bindings that their rules leave out',
  permission: 'Permissions that their rules leave out',
  policy: 'Policies that are not defined here',
  boundary: 'Boundaries that are not defined here',
}

const ORDER: readonly Unsaid['kind'][] = [
  'reading',
  'environment',
  'group',
  'member',
  'binding',
  'permission',
  'policy',
  'boundary',
]

export interface UnsaidSection {
  readonly title: string
  /** `group "Team A": it belongs to SAML`. */
  readonly lines: readonly string[]
}

/** Sections in a fixed order, without empty ones. */
export function unsaidSections(unsaid: readonly Unsaid[]): readonly UnsaidSection[] {
  return ORDER.flatMap(kind => {
    const lines = unsaid.filter(each => each.kind === kind).map(({ what, why }) => `${what}: ${why}`)
    return lines.length === 0 ? [] : [{ title: TITLES[kind], lines }]
  })
}

/** As comments. */
export function writeUnsaid(unsaid: readonly Unsaid[]): string {
  const sections = unsaidSections(unsaid).flatMap(({ title, lines }) => [
    '#',
    `# ${title}:`,
    ...lines.map(line =>
      comment(`- ${line}`)
        .replaceAll(/^# (?!- )/gm, '#     ')
        .replace('# - ', '#   - '),
    ),
  ])
  const about =
    'What this file does not say, although it is so. All of it stays as it is: the bridge changes nothing that no rule names, and adoption keeps what groups hold beyond their rules.'
  return [comment(about), ...sections].join('\n')
}
