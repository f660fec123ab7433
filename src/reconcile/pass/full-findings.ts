/** All that a full pass has to tell besides drift, with since when it is so. */

import { expiryFindings } from '../../access/expiry-findings.ts'
import type { AccessModel } from '../../access/model.ts'
import type { Finding } from '../../lib/finding.ts'
import { inTurns } from '../../lib/turns.ts'
import type { DesiredState } from '../desired-state.ts'
import { accountFindings } from '../findings/account-findings.ts'
import { contestedDrift } from '../findings/contested.ts'
import { datedFindings, keepFindings } from '../findings/first-seen.ts'
import { heldRevocations } from '../findings/held-revocations.ts'
import { pausedFinding } from '../findings/paused.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { Plan, StepResult } from '../step.ts'
import { unlistedEnvironments } from '../unlisted-environments.ts'
import { passFindings } from './findings.ts'
import type { Premises } from './premises.ts'
import type { PassParts, PassRequest } from './request.ts'

/** `asked.model` is the file as it is written, `model` what of it has not ended. */
export async function fullFindings(
  asked: Pick<PassRequest, 'mode' | 'isRehearsal' | 'model'>,
  pass: {
    readonly premises: Premises
    readonly desired: DesiredState
    readonly observed: ObservedState
    readonly plan: Plan
    readonly model: AccessModel
    readonly results: ReadonlyMap<string, StepResult>
    readonly problems: readonly string[]
    /** What was found on the way to the plan. */
    readonly met: readonly Finding[]
  },
  parts: Pick<PassParts, 'store' | 'dynatrace' | 'usage' | 'clock' | 'auditLog'>,
): Promise<readonly Finding[]> {
  const { snapshot, catalogue } = pass.premises
  const now = parts.clock.now()
  const findings = [
    ...(await inTurns(passFindings(pass))),
    ...(await accountFindings({ ...pass, snapshot, catalogue, now }, parts)),
    ...(await pausedFinding(parts.store.db, now)),
    ...contestedDrift(pass.plan),
    ...heldRevocations(pass.plan),
    ...pass.met,
    ...expiryFindings(asked.model, now),
    ...unlistedEnvironments(pass.model, catalogue),
    ...(parts.auditLog?.findings() ?? []),
  ]
  if (asked.mode !== 'apply' || asked.isRehearsal === true) return datedFindings(parts.store.db, findings)
  return keepFindings(findings, { store: parts.store, now, isWhole: pass.problems.length === 0 })
}
