/** What becomes of the expectations of the file with the rules in force and the policies of the account. */
import { checkExpectations, type ExpectationResult } from '../access/check/expectation.ts'
import { type Desired, desiring } from '../access/desired.ts'
import { type AccountTexts, textsOf } from '../access/evaluate/texts.ts'
import type { AccessModel, Expectation } from '../access/model.ts'
import type { Dynatrace } from '../dynatrace/dynatrace.ts'
import type { Finding } from '../lib/finding.ts'
import { breathe, inTurns } from '../lib/turns.ts'
import { type PolicyTextMemory, readAccountTexts } from './account-texts.ts'
import type { Catalogue } from './catalogue.ts'
import type { FailedExpectation } from './guard/facts.ts'

export interface ExpectedAccess {
  readonly findings: readonly Finding[]
  /** The first that fails; undefined when none does. */
  readonly failed: FailedExpectation | undefined
}

interface ExpectedParts {
  readonly dynatrace: Dynatrace
  readonly catalogue: Catalogue
  readonly policyTexts: PolicyTextMemory
}

/** What the newest look at each model came to. */
const newest = new WeakMap<AccessModel, FailedExpectation | undefined>()

/**
 * `model`: without what has ended. A pass that looks at people alone has read no catalogue and goes by the newest look; the
 * account is asked only when there was none.
 */
export async function expectedAccess(
  model: AccessModel,
  {
    catalogue,
    ...parts
  }: {
    readonly dynatrace: Dynatrace
    readonly catalogue: Catalogue | undefined
    readonly readCatalogue: () => Promise<Catalogue>
    readonly policyTexts: PolicyTextMemory
  },
): Promise<ExpectedAccess> {
  if (model.expectations.length === 0) return { findings: [], failed: undefined }
  if (catalogue === undefined && newest.has(model)) return { findings: [], failed: newest.get(model) }
  const found = await look(model, { ...parts, catalogue: catalogue ?? (await parts.readCatalogue()) })
  newest.set(model, found.failed)
  return found
}

/** The account is asked only for what policies say that the file does not define. */
async function look(model: AccessModel, parts: ExpectedParts): Promise<ExpectedAccess> {
  await breathe()
  const alone = checkExpectations(model)
  const open = alone.filter(({ kind }) => kind === 'unknown').map(({ expectation }) => expectation)
  const asked =
    open.length === 0
      ? []
      : checkExpectations({ ...model, expectations: open }, await accountTexts(open, model, parts))
  const settled = new Map(asked.map(result => [result.expectation, result]))
  const results = alone.map(result => settled.get(result.expectation) ?? result)
  const [first, ...others] = results.filter(({ kind }) => kind === 'failed')
  return {
    findings: results.flatMap(findingOf),
    failed: first && {
      message: `${nameOf(first.expectation)} fails: ${first.message}.`,
      more: others.length,
    },
  }
}

/** Of the policies and boundaries that these expectations hang on. */
async function accountTexts(
  expectations: readonly Expectation[],
  model: AccessModel,
  { dynatrace, catalogue, policyTexts: memory }: ExpectedParts,
): Promise<AccountTexts> {
  const groups = new Map<string, Desired['groups'][number]>()
  for (const { groups: names, externalId } of expectations) {
    const asked = names.map((displayName, at) => ({ id: `expected-${at}`, displayName, externalId }))
    const desired = await inTurns(desiring(model, asked))
    const own = textsOf(desired)
    for (const group of desired.groups) {
      const bindings = group.bindings.filter(
        ({ policy, level }) => own.statements(policy, level) === undefined,
      )
      const before = groups.get(group.name)?.bindings ?? []
      groups.set(group.name, { ...group, bindings: [...before, ...bindings] })
    }
  }
  const read = { dynatrace, catalogue, memory, isDefined: () => false }
  return (await readAccountTexts(groups.values(), read)).texts
}

function findingOf({ expectation, kind, message, remedy }: ExpectationResult): readonly Finding[] {
  if (kind === 'met') return []
  const subject = `expectation ${expectation.title}`
  const told = { subject, message: `${message}.`, remedy: sentence(remedy) }
  return kind === 'failed'
    ? [{ kind: 'expectation-failed', severity: 'error', ...told }]
    : [{ kind: 'expectation-unknown', severity: 'warning', ...told }]
}

const nameOf = ({ title, place }: Expectation): string =>
  `Expectation "${title}" (${place.file}:${place.line})`

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
