/** The hand edits as a plan, the repair, and the proof that nothing is left to do. */
import type { Run } from '../../reconcile/run.ts'
import { CliError } from '../cli-error.ts'
import { planText } from '../output/plan-text.ts'
import { runText } from '../output/run-text.ts'
import { foreignGroup } from './cast.ts'
import { pass } from './passes.ts'
import type { Stage } from './stage.ts'

export async function repair(stage: Stage): Promise<void> {
  const { narrator, account, costs, text } = stage
  narrator.section(
    'The drift, as a plan',
    'POST /api/v1/reconcile {"mode":"plan"}, or npx scim-bridge plan. Nothing is changed yet. Each step says why.',
  )
  const drift = await pass('plan', stage)
  narrator.report(planText(drift, text))
  await costs.book('a plan of the whole account')

  narrator.section(
    'The repair',
    'POST /api/v1/reconcile {"mode":"apply"}, or npx scim-bridge apply. The bridge does this by itself every five ' +
      'minutes; each change is read back before it counts as done.',
  )
  const repaired = await pass('apply', stage)
  narrator.report(runText(repaired, text))
  await costs.book('the repair of the hand edits')
  inStep(repaired)

  narrator.part('A second plan')
  const second = await pass('plan', stage)
  narrator.report(planText(second, text))
  await costs.book('a second plan')
  inStep(second)
  const { groups } = await account.state()
  if (!groups.some(({ name }) => name === foreignGroup)) {
    throw new CliError('demo-failed', `The group "${foreignGroup}" is gone, although it is not the bridge's.`)
  }
  narrator.done(`The group "${foreignGroup}" still stands: what the bridge did not make, it does not touch.`)
}

function inStep({ id, status, problems }: Run): void {
  if (status === 'in-step') return
  const why = problems[0] ?? 'differences stand that the demo did not make'
  throw new CliError('demo-failed', `Run ${id} ended ${status}: ${why}. "npx scim-bridge plan" tells more.`)
}
