/** What the record of holdings costs a full pass of a large account. */
import { test } from 'tap'
import type { Names } from '../../../src/reconcile/holdings/holding.ts'
import { seeHoldings } from '../../../src/reconcile/holdings/see-holdings.ts'
import { bindingKey, permissionKey } from '../../../src/reconcile/keys.ts'
import type { ObservedState } from '../../../src/reconcile/observe/observed.ts'
import type { StateBinding, StatePermission } from '../../../src/reconcile/state.ts'
import { sqliteDatabase } from '../../support/databases.ts'

const [USERS, GROUPS, BINDINGS] = [10_000, 1_000, 30_000]
const names: Names = { definition: id => `policy ${id}`, environment: id => id }
const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString()

test('a pass over a large account that finds nothing new writes nothing and takes little', async t => {
  const store = await (await sqliteDatabase(t)).open()
  const observed = largeAccount()
  await seeHoldings(observed, names, { at: at(0), runId: 'run-1' }, store)
  const count = async () =>
    Number(
      (
        await store.db
          .selectFrom('holdings')
          .select(({ fn }) => fn.countAll().as('rows'))
          .executeTakeFirst()
      )?.rows,
    )
  const rows = USERS + GROUPS + GROUPS * 50 + BINDINGS + GROUPS
  t.equal(await count(), rows)

  let writes = 0
  const watched = {
    ...store,
    write: <T>(work: Parameters<typeof store.write<T>>[0]) => {
      writes += 1
      return store.write(work)
    },
  }
  const times: number[] = []
  for (let round = 1; round <= 3; round += 1) {
    const began = process.cpuUsage()
    await seeHoldings(observed, names, { at: at(round), runId: `run-${round}` }, watched)
    const { user, system } = process.cpuUsage(began)
    times.push((user + system) / 1_000)
  }
  t.equal(writes, 0)
  t.comment(`CPU in ms: ${times.map(Math.round).join(', ')}`)
  // Hundreds of milliseconds would be noticed; the machine may be busy.
  t.ok(Math.min(...times) < 400, `${Math.min(...times)} ms`)

  const first = [...observed.state.groups.keys()][0] ?? ''
  const members = new Map(observed.state.members).set(first, new Set(['p1@acme.example', 'new@acme.example']))
  const changed = { ...observed, state: { ...observed.state, members } }
  await seeHoldings(changed, names, { at: at(9), runId: 'run-9' }, watched)
  t.equal(writes, 1)
  t.equal(await count(), rows + 1)
})

function largeAccount(): Pick<ObservedState, 'state' | 'blind' | 'problems'> {
  const emails = Array.from({ length: USERS }, (_, n) => `p${n}@acme.example`)
  const refs = Array.from(
    { length: GROUPS },
    (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  )
  const groupOf = (n: number) => refs[n % GROUPS] ?? ''
  const bindings = Array.from(
    { length: BINDINGS },
    (_, n): StateBinding => ({
      level: { kind: 'environment', id: `env${Math.floor(n / GROUPS)}` },
      policyId: `policy-${n % 7}`,
      group: groupOf(n),
      parameters: { team: `t${n}` },
      metadata: {},
      boundaryIds: [`boundary-${n % 5}`],
    }),
  )
  const permissions = refs.map(
    (group): StatePermission => ({ group, role: 'tenant-viewer', scopeType: 'tenant', scope: 'env1' }),
  )
  return {
    state: {
      policies: new Map(),
      boundaries: new Map(),
      users: new Map(emails.map(email => [email, { emailKey: email, email }])),
      groups: new Map(refs.map(ref => [ref, { ref, name: `group ${ref}`, description: '' }])),
      members: new Map(
        refs.map((ref, n) => [
          ref,
          new Set(Array.from({ length: 50 }, (_, at) => emails[(n * 50 + at) % USERS] ?? '')),
        ]),
      ),
      bindings: new Map(bindings.map(binding => [bindingKey(binding), binding])),
      permissions: new Map(permissions.map(permission => [permissionKey(permission), permission])),
    },
    blind: {
      members: new Set(),
      unread: new Set(),
      permissions: new Set(),
      bindings: new Set(),
      users: new Set(),
    },
    problems: [],
  }
}
