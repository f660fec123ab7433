/** What a pass comes to, as its record says it. */
import type { AccessModel } from '../access/model.ts'
import type { PassResult } from './pass/request.ts'
import type { Run, RunStatus } from './run.ts'
import type { Plan } from './step.ts'

/** Problems told one by one. An outage in the middle of a pass makes thousands that say the same. */
const MOST_PROBLEMS = 50

export function conclusion(run: Run, result: PassResult, model: AccessModel): Partial<Run> {
  const { plan, radius, aside, remains, findings, unmanaged, newEnvironments, snapshot, benign } = result
  const problems = shortened(result.problems)
  const status = statusOf(run, result, model)
  return {
    plan,
    radius,
    aside,
    remains,
    findings,
    unmanaged,
    newEnvironments,
    snapshot,
    benign,
    problems,
    status,
  }
}

/** A plan in figures, for the journal. */
export function summary(plan: Plan): {
  readonly steps: number
  readonly held: number
  readonly refused: number
} {
  const count = (kind: string) => plan.steps.filter(step => step.verdict.kind === kind).length
  return { steps: plan.steps.length, held: count('hold'), refused: count('refuse') }
}

function statusOf(run: Run, { plan, results, problems }: PassResult, model: AccessModel): RunStatus {
  if (problems.length > 0) return 'partial'
  if (plan.steps.length === 0) return 'in-step'
  if (run.mode === 'plan' || model.mode === 'observe') return 'planned'
  const open = plan.steps.filter(step => results.get(step.id)?.kind !== 'applied')
  if (open.some(step => step.verdict.kind === 'proceed')) return 'partial'
  return open.length > 0 ? 'held' : 'in-step'
}

function shortened(problems: readonly string[]): readonly string[] {
  if (problems.length <= MOST_PROBLEMS) return problems
  const more = problems.length - MOST_PROBLEMS
  return [...problems.slice(0, MOST_PROBLEMS), `There are ${more} more problems like these.`]
}
