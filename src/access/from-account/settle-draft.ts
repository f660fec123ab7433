/** Leaves out of a draft what the reader of `bridge.yaml` refuses, until the file can be read; and says what that was. */
import { BridgeError } from '../../lib/errors.ts'
import { listedFiles } from '../access-files.ts'
import { type ParsedAccessModel, parseAccessFiles } from '../parse.ts'
import type { Problem } from '../problem.ts'
import { type Draft, levelText, type Unsaid } from './draft.ts'
import { quoted } from './sayable.ts'
import type { DraftFiles } from './write-draft.ts'

/** What is left out of a list of entries, with what is wrong with each. */
type Refused = ReadonlyMap<string, Problem>

export interface SettledDraft {
  readonly draft: Draft
  readonly files: DraftFiles
  /** Lints, and what else the reader remarks. */
  readonly warnings: ParsedAccessModel['warnings']
}

/** The draft that can be read, and its text. */
export function settleDraft(draft: Draft, write: (draft: Draft) => DraftFiles): SettledDraft {
  let settled = draft
  for (;;) {
    const files = write(settled)
    const main = { path: MAIN, text: files.main }
    const parsed = parseAccessFiles(listedFiles(main, files.included))
    if (parsed.kind === 'valid') return { draft: settled, files, warnings: parsed.warnings }
    const smaller = without(
      settled,
      parsed.problems.map(problem => placed(problem, files)),
    )
    if (sizeOf(smaller) === sizeOf(settled)) throw unsettled(parsed.problems)
    settled = smaller
  }
}

const MAIN = 'bridge.yaml'

/** With the rules of all files counted through. */
function placed(problem: Problem, { included }: DraftFiles): Problem {
  const file = included.find(({ path }) => path === problem.file)
  if (file === undefined) return problem
  const path = problem.path.replace(/^rules\[(\d+)\]/, (_, at: string) => `rules[${Number(at) + file.first}]`)
  return { ...problem, path }
}

function without(draft: Draft, problems: readonly Problem[]): Draft {
  const refused: Refused = new Map(problems.map(each => [entryOf(each.path), each] as const).toReversed())
  const unsaid: Unsaid[] = [...draft.unsaid]
  const keep = <T>(all: readonly T[], path: string, tell: (entry: T) => Omit<Unsaid, 'why'>): readonly T[] =>
    all.filter((entry, index) => {
      const problem = refused.get(`${path}[${index}]`)
      if (problem !== undefined) unsaid.push({ ...tell(entry), why: `${problem.message}; ${problem.remedy}` })
      return problem === undefined
    })
  const rules = draft.rules.map((rule, index) => {
    const about = (kind: 'binding' | 'permission', what: string) => ({
      ...{ kind, rule: rule.name },
      what: `group ${quoted(rule.name)}: ${what}`,
    })
    return {
      ...rule,
      bindings: keep(rule.bindings, `rules[${index}].bindings`, ({ policy, level }) =>
        about('binding', `policy ${quoted(policy)} at ${levelText(level)}`),
      ),
      permissions: keep(rule.permissions, `rules[${index}].permissions`, ({ role, level }) =>
        about('permission', `role ${role} at ${levelText(level)}`),
      ),
    }
  })
  return {
    ...draft,
    rules: keep(rules, 'rules', ({ name }) => whole('group', name)),
    policies: keep(draft.policies, 'policies', ({ name }) => whole('policy', name)),
    boundaries: keep(draft.boundaries, 'boundaries', ({ name }) => whole('boundary', name)),
    unsaid,
  }
}

const whole = (kind: 'group' | 'policy' | 'boundary', name: string) => ({
  ...{ kind, rule: undefined },
  what: `${kind} ${quoted(name)}`,
})

/** `rules[3].bindings[0].parameters` → `rules[3].bindings[0]`; the smallest entry that can be left out. */
const entryOf = (path: string): string =>
  /^rules\[\d+\](?:\.(?:bindings|permissions)\[\d+\])?|^(?:policies|boundaries)\[\d+\]/.exec(path)?.[0] ??
  path

const sizeOf = ({ rules, policies, boundaries }: Draft): number =>
  policies.length +
  boundaries.length +
  rules.reduce((sum, each) => sum + 1 + each.bindings.length + each.permissions.length, 0)

function unsettled([first]: readonly Problem[]): BridgeError {
  const where = first === undefined ? '' : ` Line ${first.line} (${first.path}): ${first.message}.`
  return new BridgeError(
    'bad-access-model',
    `What was found cannot be written as a bridge.yaml that can be read.${where} This is a mistake of scim-bridge: please report it with this line.`,
  )
}
