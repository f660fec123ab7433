/** Looks at every operation and assumption whose scope is there, and says of each what was seen. */
import type { Assumption } from './assumptions.ts'
import { type Check, fault, ok, unseen, warning } from './check.ts'
import type { RawGet } from './raw-get.ts'
import type { Eyes, Look } from './reads.ts'
import { AGAIN, looked, type Sight } from './sight.ts'

export async function checkReads(
  reads: readonly Look[],
  assumptions: readonly Assumption[],
  scopes: ReadonlySet<string>,
  eyes: Eyes,
  raw: RawGet,
  /** Whether the subject user is known to lack the permission that most calls need. */
  denied: boolean,
): Promise<readonly Check[]> {
  const refused: Refused[] = []
  const ofReads = reads.map(async ({ operation, scopes: needed, look }) => {
    const sight = await withScopes(needed, scopes, () => looked(() => look(eyes)))
    if (sight.kind === 'refused') refused.push({ operation, scopes: needed })
    return checkOf(`read.${operation}`, operation, sight, fault)
  })
  const ofAssumptions = assumptions.map(async ({ operation, scope, mark, what, look }) => {
    const sight = await withScopes([scope], scopes, () => looked(() => look(eyes, raw)))
    return checkOf(`assumption.${operation}`, `${operation}, ${mark}: ${what}`, sight, warning)
  })
  const checks = await Promise.all([...ofReads, ...ofAssumptions])
  return [...checks, ...refusals(refused, denied)]
}

async function withScopes(
  needed: readonly string[],
  held: ReadonlySet<string>,
  look: () => Promise<Sight>,
): Promise<Sight> {
  const missing = needed.find(scope => !held.has(scope))
  return missing === undefined ? await look() : { kind: 'unseen', why: `the scope ${missing} is missing` }
}

const REPORT = 'The bridge counts on it: please report this, with what doctor --json says.'

function checkOf(id: string, name: string, sight: Sight, whenDifferent: typeof fault): Check {
  switch (sight.kind) {
    case 'as-promised':
      return ok(id, name)
    case 'differs':
      return whenDifferent(id, `${name}. It differs: ${sight.how}`, REPORT)
    case 'refused':
      return unseen(id, name, 'it is refused')
    case 'unseen':
      return unseen(id, name, sight.why)
    case 'unanswered':
      return warning(id, `${name}. Not seen: ${sight.why}`, AGAIN)
  }
}

interface Refused {
  readonly operation: string
  readonly scopes: readonly string[]
}

const VITAL = 'account-user-management'

const remedyOf = (permission: string): string =>
  `Give the subject user of the OAuth client the permission ${permission}.`

const OTHER =
  'Scopes count only as far as the subject user of the OAuth client is permitted: give it what this needs, or live without.'

/** What the subject user itself must be permitted, by scope. */
const PERMISSIONS: ReadonlyMap<string, string> = new Map([
  ['account-idm-read', VITAL],
  ['account-env-read', VITAL],
  ['iam-policies-management', VITAL],
  ['account-audit-logs-read', 'account-viewer'],
])

/** One check for all that lack the same permission, which mostly are many. */
function refusals(refused: readonly Refused[], denied: boolean): readonly Check[] {
  const byPermission = Map.groupBy(refused, ({ scopes }) => PERMISSIONS.get(scopes[0] ?? ''))
  return [...byPermission].flatMap(([permission, these]) => {
    // That has been told of the subject user.
    if (denied && permission === VITAL) return []
    const operations = these.map(each => each.operation).toSorted()
    const id = `refused.${permission ?? 'other'}`
    const says = `Refused, though the scope is there: ${operations.join(', ')}.`
    if (permission === VITAL) return fault(id, says, remedyOf(permission))
    return warning(id, says, permission === undefined ? OTHER : remedyOf(permission))
  })
}
