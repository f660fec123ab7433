/** What becomes of the expectations of the file with the rules in force and the policies of the account. */
import { checkExpectations, type ExpectationResult } from '../access/check/expectation.ts'
import { type Desired, desiring } from '../access/desired.ts'
import { textsOf } from '../access/evaluate/texts.ts'
import type { AccessModel, Expectation } from '../access/model.ts'
import type { Dynatrace } from '../dynatrace/dynatrace.ts'
import { messageOf } from '../lib/errors.ts'
import type { Finding } from '../lib/finding.ts'
import { breathe, inTurns } from '../lib/turns.ts'
import { type PolicyTextMemory, type ReadAccountTexts, readAccountTexts } from './account-texts.ts'
import type { Catalogue } from './catalogue.ts'
import type { FailedExpectation } from './guard/facts.ts'

export interface ExpectedAccess {
  readonly findings: readonly Finding[]
  /** The first that fails or could not be checked; undefined when there is none. */
  readonly failed: FailedExpectation | undefined
  /** What of the account could not be read for it. */
  readonly problems: readonly string[]
}

interface ExpectedParts {
  readonly dynatrace: Dynatrace
  readonly readCatalogue: () => Promise<Catalogue>
  readonly policyTexts: PolicyTextMemory
}

interface Look {
  readonly failed: FailedExpectation | undefined
  readonly results: ReadonlyMap<Expectation, ExpectationResult>
}

/** The newest look at each model for which everything could be read. */
const newest = new WeakMap<AccessModel, Look>()

/**
 * `model`: without what has ended. A pass that looks at people alone has read no catalogue and goes by the newest look; the
 * account is asked only when there was none. What cannot be read now is as it was at the newest look; where there was none,
 * nobody knows what would be given, and nothing is.
 */
export async function expectedAccess(
  model: AccessModel,
  {
    catalogue,
    ...parts
  }: Omit<ExpectedParts, 'readCatalogue'> & {
    readonly catalogue: Catalogue | undefined
    readonly readCatalogue: () => Promise<Catalogue>
  },
): Promise<ExpectedAccess> {
  if (model.expectations.length === 0) return { findings: [], failed: undefined, problems: [] }
  const before = newest.get(model)
  if (catalogue === undefined && before !== undefined)
    return { findings: [], failed: before.failed, problems: [] }
  const readCatalogue = catalogue === undefined ? parts.readCatalogue : async () => catalogue
  const { results, problems } = await look(model, { ...parts, readCatalogue })
  const known = results.map(result =>
    result.kind === 'unknown' && problems.length > 0
      ? (before?.results.get(result.expectation) ?? unchecked(result, problems))
      : result,
  )
  const failed = firstFailure(known)
  if (problems.length === 0)
    newest.set(model, { failed, results: new Map(known.map(result => [result.expectation, result])) })
  return { findings: known.flatMap(findingOf), failed, problems }
}

/** The account is asked only for what policies say that the file does not define. */
async function look(
  model: AccessModel,
  parts: ExpectedParts,
): Promise<{ readonly results: readonly ExpectationResult[]; readonly problems: readonly string[] }> {
  await breathe()
  const alone = checkExpectations(model)
  const open = alone.filter(({ kind }) => kind === 'unknown').map(({ expectation }) => expectation)
  if (open.length === 0) return { results: alone, problems: [] }
  const { texts, problems } = await accountTexts(open, model, parts)
  const asked = checkExpectations({ ...model, expectations: open }, texts)
  const settled = new Map(asked.map(result => [result.expectation, result]))
  return { results: alone.map(result => settled.get(result.expectation) ?? result), problems }
}

function firstFailure(results: readonly ExpectationResult[]): FailedExpectation | undefined {
  const [first, ...others] = results.filter(({ kind }) => kind === 'failed')
  return first && { message: `${nameOf(first.expectation)} fails: ${first.message}.`, more: others.length }
}

const unchecked = ({ expectation }: ExpectationResult, [why]: readonly string[]): ExpectationResult => ({
  expectation,
  kind: 'failed',
  message: `it could not be checked: ${why?.replace(/\.$/, '')}`,
  remedy: 'nothing; it is tried again with the next pass',
})

/** Of the policies and boundaries that these expectations hang on. */
async function accountTexts(
  expectations: readonly Expectation[],
  model: AccessModel,
  { dynatrace, readCatalogue, policyTexts: memory }: ExpectedParts,
): Promise<ReadAccountTexts> {
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
  try {
    const catalogue = await readCatalogue()
    return await readAccountTexts(groups.values(), { dynatrace, catalogue, memory, isDefined: () => false })
  } catch (error) {
    const nothing = { policy: () => undefined, boundary: () => undefined }
    return { texts: nothing, problems: [`Names of policies could not be read: ${messageOf(error)}`] }
  }
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
