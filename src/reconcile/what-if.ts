/** What another access model would do: the plan of a full pass with it, and what people gain and lose. Changes nothing. */
import type { Impact } from '../access/impact/impact.ts'
import { impactOf } from '../access/impact/impact.ts'
import type { AccessModel } from '../access/model.ts'
import type { Finding } from '../lib/finding.ts'
import { shortId } from '../lib/ids.ts'
import { inTurns } from '../lib/turns.ts'
import { type AccessView, type AccessViewParts, accessView, viewOf } from './access-view.ts'
import { runPass } from './pass/pass.ts'
import type { PassParts } from './pass/request.ts'
import type { Run } from './run.ts'
import type { RunStore } from './run-store.ts'
import type { Plan } from './step.ts'

export interface WhatIf {
  /** ISO 8601. */
  readonly at: string
  readonly plan: Plan
  readonly newEnvironments: Run['newEnvironments']
  readonly findings: readonly Finding[]
  /** Why the plan or the comparison may not be whole. */
  readonly problems: readonly string[]
  readonly impact: Impact
}

export type WhatIfParts = AccessViewParts &
  Omit<PassParts, 'dynatrace'> & { readonly runs: Pick<RunStore, 'decisions'> }

/** @throws UpstreamError when the account cannot be read. */
export async function whatIf(
  { current, proposed }: { readonly current: AccessModel; readonly proposed: AccessModel },
  parts: WhatIfParts,
): Promise<WhatIf> {
  const runId = shortId('what-if')
  const pass = await runPass(
    {
      runId,
      mode: 'plan',
      isRehearsal: true,
      scope: { kind: 'full' },
      model: proposed,
      decisions: await parts.runs.decisions(),
      recorder: silent,
      mayGoOn: () => undefined,
    },
    { ...parts, dynatrace: parts.connection.with({ runId, requestIds: [] }) },
  )
  const before = await accessView(current, { kind: 'full' }, parts)
  // The very same people and groups on both sides, whatever the identity provider sends meanwhile.
  const after = await viewOf(proposed, before.snapshot, parts)
  const impact = await inTurns(impactOf(sideOf(before), sideOf(after), before.snapshot))
  const problems = [...new Set([...pass.problems, ...before.problems, ...after.problems])]
  const { plan, newEnvironments, findings } = pass
  return { at: before.at, plan, newEnvironments, findings, problems, impact }
}

const sideOf = ({ desired, texts, model }: AccessView) => ({
  groups: desired.groups,
  texts,
  environments: model.environments,
})

const silent = {
  planned: () => Promise.resolve(),
  begun: () => Promise.resolve(),
  done: () => Promise.resolve(),
}
