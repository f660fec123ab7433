/**
 * Taking what the account has into `bridge.yaml`: as few lines as say it, so that a person can read the change. A right that
 * one group has beyond its rules becomes a rule of its own, which names that group alone: rules that lead to other groups,
 * too, stay as they are. Pure.
 */
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml'
import { foldKey } from '../../lib/fold.ts'

export type Accepted =
  /** A binding or role of one Dynatrace group that no rule gives. */
  | {
      readonly kind: 'right'
      readonly group: string
      /** displayNames of the IdP groups that lead to it. */
      readonly idpGroups: readonly string[]
      readonly right:
        | {
            readonly kind: 'binding'
            readonly policy: string
            /** Name of the environment in the file; undefined: the account. */
            readonly environment: string | undefined
            readonly parameters: Readonly<Record<string, string>>
            readonly boundaries: readonly string[]
          }
        | { readonly kind: 'role'; readonly role: string; readonly environment: string | undefined }
    }
  /** What a policy or boundary of the file says in the account. */
  | {
      readonly kind: 'text'
      readonly of: 'policies' | 'boundaries'
      readonly name: string
      readonly text: string
    }

export type AcceptedText =
  | { readonly kind: 'patched'; readonly text: string }
  /** Why the file cannot say it, and what to do instead. */
  | { readonly kind: 'cannot'; readonly why: string }

/** `note`: who accepts it and why, for the comment beside it. */
export function acceptInto(text: string, accepted: Accepted, note: string): AcceptedText {
  return accepted.kind === 'right' ? addRule(text, accepted, note) : replaceText(text, accepted, note)
}

function addRule(text: string, accepted: Extract<Accepted, { kind: 'right' }>, note: string): AcceptedText {
  if (/[{}]/.test(accepted.group))
    return cannot('The name of the group has braces, which stand for variables in rules.')
  if (accepted.idpGroups.length === 0) return cannot('No IdP group leads to this group any more.')
  const rules = parseDocument(text).get('rules', true)
  const last = isSeq(rules) && rules.flow !== true ? rules.items.at(-1) : undefined
  if (!isSeq(rules) || !isMap(last) || last.range == null) {
    return cannot('The main file has no list of rules in block style to add to: write the rule by hand.')
  }
  const names = new Set(
    rules.items.flatMap(item => (isMap(item) ? [foldKey(String(item.get('name') ?? ''))] : [])),
  )
  const indent = indentOf(text, rules.items[0])
  const end = lineEnd(text, contentEnd(text, last.range[1]))
  const lines = ruleLines(accepted, freeName(nameOf(accepted), names), note).map(line => `${indent}${line}`)
  return { kind: 'patched', text: `${text.slice(0, end)}\n${lines.join('\n')}${text.slice(end)}` }
}

const nameOf = ({ group, right }: Extract<Accepted, { kind: 'right' }>): string =>
  `${right.kind === 'binding' ? right.policy : right.role} of ${group}`

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let nth = 1; ; nth += 1) {
    const tried = nth === 1 ? name : `${name} ${nth}`
    if (!taken.has(foldKey(tried))) return tried
  }
}

function ruleLines(
  { group, idpGroups, right }: Extract<Accepted, { kind: 'right' }>,
  name: string,
  note: string,
): readonly string[] {
  const level =
    right.environment === undefined ? 'account' : `{ environments: [ ${quoted(right.environment)} ] }`
  return [
    `# ${note.replaceAll(/\s+/g, ' ')}`,
    `- name: ${quoted(name)}`,
    `  match: { displayNames: [ ${idpGroups.map(quoted).join(', ')} ] }`,
    `  group: { name: ${quoted(group)} }`,
    ...(right.kind === 'role'
      ? ['  permissions:', `    - { role: ${quoted(right.role)}, level: ${level} }`]
      : [
          '  bindings:',
          `    - policy: ${quoted(right.policy)}`,
          `      level: ${level}`,
          ...(Object.keys(right.parameters).length === 0
            ? []
            : [`      parameters: ${JSON.stringify(right.parameters)}`]),
          ...(right.boundaries.length === 0
            ? []
            : [`      boundaries: [ ${right.boundaries.map(quoted).join(', ')} ]`]),
        ]),
  ]
}

/** JSON is YAML, and no text is taken for anything else in it. */
const quoted = (text: string): string => JSON.stringify(text)

function replaceText(
  text: string,
  { of, name, text: said }: Extract<Accepted, { kind: 'text' }>,
  note: string,
): AcceptedText {
  const list = parseDocument(text).get(of, true)
  const entry = isSeq(list)
    ? list.items.find(
        (item): item is YAMLMap => isMap(item) && foldKey(String(item.get('name') ?? '')) === foldKey(name),
      )
    : undefined
  const key = of === 'policies' ? 'statement' : 'query'
  const value = entry?.get(key, true)
  if (!isScalar(value) || value.range == null) {
    return cannot(
      `"${name}" is not written out in the main file (it is made from a template, or included): change it there by hand.`,
    )
  }
  if (of === 'boundaries' && /\{/.test(String(value.value))) {
    return cannot(
      `The query of "${name}" has variables: what one of its values says in the account cannot stand for all.`,
    )
  }
  const [start, end] = value.range
  const before = text.slice(0, start)
  const indent =
    /^[ \t]*(?:- )?/.exec(before.slice(before.lastIndexOf('\n') + 1))?.[0].replace('-', ' ') ?? ''
  const inner = said.replaceAll('\r\n', '\n').trim().split('\n')
  const lines = [
    `| # ${note.replaceAll(/\s+/g, ' ')}`,
    ...inner.map(line => (line === '' ? '' : `${indent}  ${line}`)),
  ]
  const rest = text.slice(contentEnd(text, end))
  return { kind: 'patched', text: `${before}${lines.join('\n')}${rest}` }
}

const cannot = (why: string): AcceptedText => ({ kind: 'cannot', why })

/** Where the content before `at` ends: what follows are line breaks that belong to nobody. */
function contentEnd(text: string, at: number): number {
  let end = at
  while (end > 0 && /\s/.test(text[end - 1] ?? '')) end -= 1
  return end
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

/** How far the dash of the first item is indented. */
function indentOf(text: string, first: unknown): string {
  const at = isMap(first) ? (first.range?.[0] ?? 0) : 0
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}
