/** What one person, group or environment allows that the other does not. Pure. */
import type { z } from 'zod'
import type { accessDiffSchema } from '../../http/ops/access-diff-schema.ts'
import { widestOn, wrapped } from './columns.ts'
import { conditionLines, evaluationText, placesText } from './evaluation-text.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

export type AccessDiff = z.output<typeof accessDiffSchema>
type Subject = AccessDiff['one']
type Difference = AccessDiff['differences'][number]
type Extent = Difference['different'][number]['one']
type Groups = AccessDiff['groups']['onlyOne']

export function accessDiffText(diff: AccessDiff, options: TextOptions): string {
  const { one, other, groups, differences, evaluation } = diff
  const paint = painter(options)
  const notes = [...one.notes, ...other.notes].flatMap(note => lines(`! ${note}`, '', options))
  const title = paint('bold', `Difference between ${subjectText(one)} and ${subjectText(other)}`)
  const blocks = [
    [title, ...notes].join('\n'),
    ...(one.kind === 'environment'
      ? []
      : [groupLines(`Groups of ${printable(one.name)} alone`, groups.onlyOne, options)]),
    ...(one.kind === 'environment'
      ? []
      : [groupLines(`Groups of ${printable(other.name)} alone`, groups.onlyOther, options)]),
    ...differences.map(difference => differenceText(difference, diff, options)),
    conclusion(diff),
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n\n${evaluationText(evaluation, options)}`
}

const subjectText = ({ kind, name }: Subject): string => `${kindText[kind]} ${printable(name)}`

const kindText = {
  user: 'user',
  group: 'Dynatrace group',
  'idp-group': 'IdP group',
  environment: 'environment',
} as const

function groupLines(heading: string, groups: Groups, options: TextOptions): string {
  if (groups.length === 0) return ''
  const told = groups.flatMap(({ name, through }) => {
    const ways = through.map(({ idpGroup, rule }) => `${idpGroup} (rule "${rule}")`)
    return lines(`${name}, from ${ways.join(', ')}`, '  ', options)
  })
  return [heading, ...told].join('\n')
}

function differenceText(difference: Difference, { one, other }: AccessDiff, options: TextOptions): string {
  const paint = painter(options)
  const { group, roles, unknown, onlyOne, onlyOther, different } = difference
  const heading = group === undefined ? `In ${placesText(difference.in)}` : `Group ${printable(group)}`
  const only = (name: string, permissions: Difference['onlyOne'], more: readonly string[]) =>
    permissions.length + more.length === 0
      ? []
      : [
          `  Only ${printable(name)}`,
          ...permissionLines(permissions, options),
          ...more.flatMap(text => lines(text, '    ', options)),
        ]
  return [
    ...wrapped(heading, {
      first: '',
      rest: '  ',
      style: text => paint('bold', text),
      widest: widestOn(options),
    }),
    ...only(one.name, onlyOne, wholeTexts(roles.onlyOne, unknown.onlyOne)),
    ...only(other.name, onlyOther, wholeTexts(roles.onlyOther, unknown.onlyOther)),
    ...(different.length === 0 ? [] : ['  Both, under different conditions']),
    ...[...alike(different).values()].flatMap(same => [
      ...lines(namesOf(same), '    ', options),
      ...same.slice(0, 1).flatMap(first => sideLines(one.name, first.one, options)),
      ...same.slice(0, 1).flatMap(first => sideLines(other.name, first.other, options)),
    ]),
  ].join('\n')
}

const wholeTexts = (roles: readonly string[], unknown: readonly string[]): readonly string[] => [
  ...roles.map(role => `role ${role}`),
  ...unknown.map(policy => `policy ${policy}, whose text is not known`),
]

const permissionLines = (permissions: Difference['onlyOne'], options: TextOptions): readonly string[] =>
  [...alike(permissions).values()].flatMap(same => [
    ...lines(namesOf(same), '    ', options),
    ...same.slice(0, 1).flatMap(first => conditionLines(first, '      ', options)),
  ])

/** Permissions under the same conditions stand together. */
const alike = <T extends { readonly permission: string }>(
  all: readonly T[],
): ReadonlyMap<string, readonly T[]> =>
  Map.groupBy(all, ({ permission: _, ...conditions }) => JSON.stringify(conditions))

const namesOf = (all: readonly { readonly permission: string }[]): string =>
  all.map(({ permission }) => permission).join(', ')

const sideLines = (name: string, extent: Extent, options: TextOptions): readonly string[] =>
  extent.always
    ? [`      ${printable(name)}: always`]
    : [`      ${printable(name)}:`, ...conditionLines(extent, '        ', options)]

function conclusion({ same, one, other, groups, differences, total, next }: AccessDiff): string {
  if (next !== undefined) {
    return `${differences.length} of ${total} groups that differ are shown; --after "${printable(next)}" shows the next.`
  }
  if (!same) return ''
  const isDifferent = groups.onlyOne.length + groups.onlyOther.length > 0
  const why = isDifferent ? ', although through different groups' : ''
  return one.kind === 'environment'
    ? `Every group has the same in ${printable(one.name)} and ${printable(other.name)}.`
    : `Both may do the same${why}.`
}

const lines = (text: string, indent: string, options: TextOptions): readonly string[] =>
  wrapped(printable(text), { first: indent, rest: `${indent}  `, widest: widestOn(options) })
