/** Two that set one thing otherwise: a finding that names both sides. */
import type { Finding } from '../../lib/finding.ts'
import { actorText } from '../drift/actor-text.ts'
import type { Plan } from '../step.ts'

export const contestedDrift = ({ steps }: Plan): readonly Finding[] =>
  steps.flatMap(({ title, drift }) => {
    if (drift?.contest === undefined) return []
    const { repairs, restsUntil } = drift.contest
    const ours =
      drift.rules.length === 0 ? 'no rule gives it' : `rule "${drift.rules.join('", "')}" wants it so`
    const rests = restsUntil === undefined ? '' : ` It is not repaired again before ${restsUntil}.`
    return [
      {
        kind: 'contested-drift',
        severity: 'warning',
        subject: title,
        message: `${title}: the bridge has done this ${repairs} times, since ${ours}, and something else undoes it: ${actorText(drift.actor)}.${rests}`,
        remedy: 'Agree on one side: change bridge.yaml, or stop what sets it otherwise.',
      },
    ]
  })
