/** A draft as the text of `bridge.yaml`, with comments that say what stands there and how to go on. */
import type { Draft, DraftPolicy } from './draft.ts'
import { levelYaml, writeRules } from './write-rules.ts'
import { writeUnsaid } from './write-unsaid.ts'
import { blockOrInline, comment, inline, inlineMap } from './yaml-text.ts'

/** What stands at the top of the file. */
export interface Preface {
  /** `Written by "scim-bridge init --from-account" on 2027-01-31 from the account …`: sentences without line breaks. */
  readonly lines: readonly string[]
  /** How to go on, step by step. */
  readonly steps: readonly string[]
}

/** The text of `bridge.yaml`, and the files that it includes when its rules are too many for one. */
export interface DraftFiles {
  readonly main: string
  readonly included: readonly IncludedRules[]
}

export interface IncludedRules {
  /** From the folder of the main file. */
  readonly path: string
  readonly text: string
  /** Which rule of the draft its first one is. */
  readonly first: number
}

/** `stem`: of the names of included files: `bridge` makes `bridge-rules-1.yaml`. */
export function writeDraft(draft: Draft, preface: Preface, stem = 'bridge'): DraftFiles {
  const parts = writeRules(draft)
  if (parts.length <= 1) {
    const rules = parts[0]?.text
    return {
      main: mainText(draft, preface, rules === undefined ? 'rules: []' : `rules:\n\n${rules}`),
      included: [],
    }
  }
  const included = parts.map(({ text, first }, index) => ({
    path: `${stem}-rules-${index + 1}.yaml`,
    text: `${comment(`Rules of ${stem}.yaml, part ${index + 1} of ${parts.length}.`)}\n\nversion: 1\n\nrules:\n\n${text}\n`,
    first,
  }))
  const include = ['include:', ...included.map(({ path }) => `  - ${inline(path)}`)].join('\n')
  return { main: mainText(draft, preface, include), included }
}

function mainText(draft: Draft, preface: Preface, rules: string): string {
  const { environments, policies, boundaries } = draft
  return `${[
    head(preface),
    'version: 1',
    section(MODE, 'mode: observe'),
    ...(environments.length === 0 ? [] : [section(ENVIRONMENTS, environmentsText(draft))]),
    section(RULES, rules),
    ...(policies.length === 0
      ? []
      : [section(POLICIES, `policies:\n\n${policies.map(policyText).join('\n\n')}`)]),
    ...(boundaries.length === 0
      ? []
      : [section(BOUNDARIES, `boundaries:\n\n${boundaries.map(boundaryText).join('\n\n')}`)]),
    section(PROTECT, protectText(draft)),
    ...(draft.unsaid.length === 0 ? [] : [`${RULER}\n${writeUnsaid(draft.unsaid)}`]),
  ].join('\n\n')}\n`
}

const RULER = `# ${'-'.repeat(99)}`

const section = (about: string, text: string): string => `${RULER}\n${comment(about)}\n\n${text}`

const MODE =
  'Mode: how far the bridge goes. observe: only report what differs. upsert: add and change, never remove. sync: add, change and remove. It begins with observe, so that nothing happens before you have looked.'
const ENVIRONMENTS =
  'Environments: the names that rules call them by. Give them labels ({ id: …, labels: { stage: prod } }) and rules can select by these.'
const RULES =
  'Rules: one for each group of the account. "match" names the IdP group whose members are put in; everything else is what the group has today.'
const POLICIES =
  'Policies that the account defines, as they are. The bridge keeps them as they stand here once it has adopted them.'
const BOUNDARIES = 'Boundaries that the account defines, as they are; kept like the policies.'
const PROTECT = 'Protection: people and groups that are never changed, whatever the rules say.'

function head({ lines, steps }: Preface): string {
  const numbered = steps.map((step, index) => {
    const [first = '', ...rest] = comment(step).split('\n')
    const more = rest.map(line => line.replace('# ', '#      '))
    return [first.replace('# ', `#   ${index + 1}. `), ...more].join('\n')
  })
  return [
    '# yaml-language-server: $schema=http://127.0.0.1:8080/bridge.schema.json',
    ...lines.map(line => comment(line)),
    '#',
    ...(steps.length === 0 ? [] : ['# How to go on:', ...numbered]),
  ].join('\n')
}

function environmentsText({ environments }: Draft): string {
  const widest = Math.max(...environments.map(({ name }) => name.length))
  const lines = environments.map(({ name, id, title }) => {
    const entry = `  ${`${name}:`.padEnd(widest + 1)} ${inlineMap([['id', inline(id)]])}`
    return title === name ? entry : `${entry}  ${comment(title)}`
  })
  return ['environments:', ...lines].join('\n')
}

function policyText({ name, description, level, statement }: DraftPolicy): string {
  return [
    `  - name: ${inline(name)}`,
    ...(description === '' ? [] : [`    description: ${inline(description)}`]),
    `    level: ${levelYaml(level)}`,
    `    statement: ${blockOrInline(statement, '      ')}`,
  ].join('\n')
}

const boundaryText = ({ name, query }: Draft['boundaries'][number]): string =>
  [`  - name: ${inline(name)}`, `    query: ${blockOrInline(query, '      ')}`].join('\n')

function protectText({ protect }: Draft): string {
  const { users, groups } = protect
  if (users.length + groups.length === 0) {
    return comment('Name your account owner and those who must get in when everything else fails:').concat(
      '\n# protect: { users: [ owner@acme.example ], groups: [ break-glass ] }',
    )
  }
  return [
    'protect:',
    ...list('users', users, 'emergency contacts of the account'),
    ...list('groups', groups, 'what the bridge itself lives on'),
  ].join('\n')
}

const list = (key: string, all: readonly string[], about: string): readonly string[] =>
  all.length === 0 ? [] : [`  ${key}:  # ${about}`, ...all.map(each => `    - ${inline(each)}`)]
