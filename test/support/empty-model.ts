/** An access model that says nothing, with the usual settings. */
import type { AccessModel } from '../../src/access/model.ts'

export const emptyModel: AccessModel = {
  environments: [],
  mode: 'sync',
  rules: [],
  policies: [],
  boundaries: [],
  expectations: [],
  lifecycle: {
    invite: 'on-creation',
    deactivated: { kind: 'strip-groups' },
    deleted: { kind: 'strip-groups' },
  },
  protect: { users: [], groups: [] },
  guards: { removals: { count: 20, percent: 10 }, groupShrink: { percent: 50 } },
  fullPassEveryMs: 300_000,
  auditEveryMs: 30_000,
}
