/** Looks at every operation and assumption whose scope is there, and says of each what was seen. */
import type { Assumption } from './assumptions.ts'
import { type Check, fault, ok, unseen, warning } from './check.ts'
import type { RawGet } from './raw-get.ts'
import type { Eyes, Look } from './reads.ts'
import { looked, type Sight } from './sight.ts'

export async function checkReads(
  reads: readonly Look[],
  assumptions: readonly Assumption[],
  scopes: ReadonlySet<string>,
  eyes: Eyes,
  raw: RawGet,
): Promise<readonly Check[]> {
  const ofReads = reads.map(async ({ operation, scope, look }) => {
    const sight = await withScope(scope, scopes, () => looked(() => look(eyes)))
    return checkOf(`read.${operation}`, operation, 'as documented', sight, fault)
  })
  const ofAssumptions = assumptions.map(async ({ operation, scope, mark, what, look }) => {
    const sight = await withScope(scope, scopes, () => looked(() => look(eyes, raw)))
    return checkOf(`assumption.${operation}`, operation, `${mark}: ${what}`, sight, warning)
  })
  return await Promise.all([...ofReads, ...ofAssumptions])
}

async function withScope(
  scope: string,
  scopes: ReadonlySet<string>,
  look: () => Promise<Sight>,
): Promise<Sight> {
  return scopes.has(scope) ? await look() : { kind: 'unseen', why: `the scope ${scope} is missing` }
}

const REPORT = 'Please report it with the output of doctor --json: the bridge counts on this.'

function checkOf(
  id: string,
  operation: string,
  promise: string,
  sight: Sight,
  whenDifferent: typeof fault,
): Check {
  const name = `${operation}, ${promise}`
  switch (sight.kind) {
    case 'as-promised':
      return ok(id, name)
    case 'differs':
      return whenDifferent(id, `${name}. It differs: ${sight.how}`, REPORT)
    case 'refused':
      return fault(id, sight.how)
    case 'unseen':
      return unseen(id, `${name}. Not seen: ${sight.why}`)
  }
}
