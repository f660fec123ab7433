/** The rules of a draft as text, in parts that fit into files. */
import type { Draft, DraftBinding, DraftLevel, DraftPermission, DraftRule } from './draft.ts'
import { comment, inline, inlineList, inlineMap } from './yaml-text.ts'

export interface RulesPart {
  readonly text: string
  /** Which rule of the draft its first one is. */
  readonly first: number
}

/** The bridge reads files of at most 1 MiB; definitions need room beside the rules. */
const MOST_BYTES = 400 * 1024

/** None when there are no rules. */
export function writeRules(draft: Draft): readonly RulesPart[] {
  const parts: { texts: string[]; bytes: number; first: number }[] = []
  for (const [index, text] of rulesText(draft).entries()) {
    const bytes = Buffer.byteLength(text)
    const last = parts.at(-1)
    if (last === undefined || last.bytes + bytes > MOST_BYTES)
      parts.push({ texts: [text], bytes, first: index })
    else {
      last.texts.push(text)
      last.bytes += bytes
    }
  }
  return parts.map(({ texts, first }) => ({ text: texts.join('\n\n'), first }))
}

function rulesText({ rules, unsaid }: Draft): readonly string[] {
  const missing = Map.groupBy(unsaid, ({ rule }) => rule)
  return rules.map(rule => {
    const notes = (missing.get(rule.name) ?? []).map(({ what, why }) =>
      comment(`Not said here: ${what.slice(what.indexOf(': ') + 2)}: ${why}.`, '    '),
    )
    return [ruleText(rule), ...notes].join('\n')
  })
}

function ruleText({ name, match, description, bindings, permissions }: DraftRule): string {
  const group = [
    ['name', inline(name)] as const,
    ...(description === '' ? [] : [['description', inline(description)] as const]),
  ]
  const short = inlineMap(group)
  const groupLines =
    short.length < 90
      ? [`    group: ${short}`]
      : ['    group:', ...group.map(([key, value]) => `      ${key}: ${value}`)]
  return [
    `  - name: ${inline(name)}`,
    `    match: { displayNames: ${inlineList(match)} }`,
    ...groupLines,
    ...(bindings.length === 0 ? [] : ['    bindings:', ...bindings.map(bindingText)]),
    ...(permissions.length === 0 ? [] : ['    permissions:', ...permissions.map(permissionText)]),
  ].join('\n')
}

function bindingText({ policy, level, parameters, boundaries }: DraftBinding): string {
  return entryText([
    ['policy', inline(policy)],
    ['level', levelYaml(level)],
    ...(Object.keys(parameters).length === 0
      ? []
      : [
          [
            'parameters',
            inlineMap(Object.entries(parameters).map(([key, value]) => [key, inline(value)])),
          ] as const,
        ]),
    ...(boundaries.length === 0 ? [] : [['boundaries', inlineList(boundaries)] as const]),
  ])
}

const permissionText = ({ role, level, zones }: DraftPermission): string =>
  entryText([
    ['role', inline(role)],
    ['level', levelYaml(level)],
    ...(zones.length === 0 ? [] : [['managementZones', inlineList(zones)] as const]),
  ])

/** On one line while it is short. */
function entryText(parts: readonly (readonly [string, string])[]): string {
  const short = inlineMap(parts)
  if (short.length < 92) return `      - ${short}`
  return parts.map(([key, value], at) => `      ${at === 0 ? '- ' : '  '}${key}: ${value}`).join('\n')
}

export const levelYaml = (level: DraftLevel): string =>
  level.kind === 'account' ? 'account' : `{ environments: ${inlineList(level.names)} }`
