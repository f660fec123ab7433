/** Environments that bridge.yaml means and where nothing can be done. */
import type { DesiredLevel } from '../access/desired-group.ts'
import type { Finding } from '../lib/finding.ts'
import type { Catalogue } from './catalogue.ts'

/** Nothing when rights can be given and policies kept at this level. */
export function levelProblems(level: DesiredLevel, catalogue: Catalogue): readonly Finding[] {
  if (level.kind === 'account') return []
  const environment = catalogue.environments.get(level.id)
  if (environment?.active === true) return []
  return [
    {
      kind: environment === undefined ? 'environment-not-found' : 'environment-inactive',
      severity: environment === undefined ? 'error' : 'warning',
      subject: `environment ${level.id}`,
      message:
        environment === undefined
          ? `The account has no environment ${level.id}; nothing is granted there.`
          : `The environment ${level.id} is inactive; nothing is granted or changed there.`,
      remedy:
        environment === undefined
          ? 'Correct its id under "environments" in bridge.yaml.'
          : 'Activate it, or take it out of bridge.yaml.',
    },
  ]
}
