/** Differences that open an account and that somebody chose to let stand: they are never out of sight. */
import type { Finding } from '../../lib/finding.ts'
import type { SetAside } from '../choices/set-aside.ts'

export const criticalAside = (aside: readonly SetAside[]): readonly Finding[] =>
  aside.flatMap(({ title, drift, by, reason, until }) =>
    drift?.severity !== 'critical'
      ? []
      : [
          {
            kind: 'ignored-critical',
            severity: 'error',
            subject: title,
            message: `${title} would close a critical opening, and ${by} lets it stand${until === undefined ? '' : ` until ${until}`}: ${reason.replace(/\.$/, '')}.`,
            remedy: 'Have it repaired when the reason is over: scim-bridge drift repair.',
          },
        ],
  )
