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
  readOnly: false,
  drift: { repair: 'apply', changes: 'apply' },
  approvals: { expireAfterMs: 86_400_000, secondPerson: 'never' },
  guards: {
    removals: { count: 20, percent: 10, perDay: { count: 100, percent: 25 } },
    groupShrink: { percent: 50 },
    directoryShrink: { count: 10, percent: 30 },
    widening: 'hold',
    freeze: [],
  },
  fullPassEveryMs: 300_000,
  auditEveryMs: 30_000,
}
