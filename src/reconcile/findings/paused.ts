/** That the bridge is paused, for those who wonder why nothing happens. */
import type { Finding } from '../../lib/finding.ts'
import type { Reader } from '../../store/store.ts'
import { currentPause, pauseText } from '../controls/pause.ts'

export async function pausedFinding(db: Reader, now: Date): Promise<readonly Finding[]> {
  const paused = await currentPause(db, now)
  if (paused === undefined) return []
  return [
    {
      kind: 'paused',
      severity: 'error',
      subject: 'bridge',
      message: pauseText(paused),
      remedy: 'When all is well again: scim-bridge resume --by <your name> --reason <why>.',
      since: paused.at,
    },
  ]
}
