/**
 * What a full pass over an account costs that is in step: calls, CPU time of its parts, memory, lines in the journal.
 * `node --max-semi-space-size=8 test/bench/reconcile.ts`; `BENCH_SCALE=0.1` makes it a tenth of 10,000 users, 5,000 groups
 * (1,000 of them ours, `BENCH_MANAGED` says how many) and 30,000 bindings.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { sql } from 'kysely'
import { parseAccessModel } from '../../src/access/parse.ts'
import { sqlSnapshot } from '../../src/directory/sql-snapshot.ts'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { policyTextMemory } from '../../src/reconcile/account-texts.ts'
import { callLedger } from '../../src/reconcile/call-ledger.ts'
import { catalogueMemory } from '../../src/reconcile/catalogue-memory.ts'
import { execute } from '../../src/reconcile/execute.ts'
import { newRun, type Run } from '../../src/reconcile/run.ts'
import { runStore } from '../../src/reconcile/run-store.ts'
import { openStore } from '../../src/store/open.ts'
import { groupName, makeDirectory, type Size } from './directory.ts'
import { startAccount } from './servers.ts'

const scale = Number(process.env.BENCH_SCALE ?? 1)
/** How many of the groups are ours; the others are there, with their bindings, and nobody's business. */
const managed = Math.round(Number(process.env.BENCH_MANAGED ?? 1_000) * scale)
const size: Size = { users: 10_000 * scale, groups: Array.from({ length: 5_000 * scale }, () => 6) }

const ACCOUNT_WIDE = ['Standard User', 'Pro User', 'Admin User']
const IN_PROD = ['Standard User', 'Read Logs']
/** With `BENCH_DEFINITIONS=1` the first pass makes a boundary for each group, and all later ones look after them. */
const OWN = process.env.BENCH_DEFINITIONS === '1'
const DEFINITIONS = `
policies:
  - { name: bench data, level: account, statement: 'ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";' }
boundaries:
  - { name: "bench {n}", for: everything, query: 'storage:dt.security_context = "{n}";' }
`

const RULES = `
version: 1
environments: { prod: { id: abc12345 } }
guards: { removals: { count: 100000, percent: 100 }, groupShrink: { percent: 100 } }
${OWN ? DEFINITIONS : ''}
rules:
  - name: everything
    match: bench-{n}
    group: { name: "bench-{n}" }
    bindings:
      - { policy: ${OWN ? 'bench data' : 'team data'}, level: account, parameters: { team: payments }, boundaries: [ "${OWN ? 'bench {n}' : 'team payments'}" ] }
${ACCOUNT_WIDE.map(policy => `      - { policy: ${policy}, level: account }`).join('\n')}
${IN_PROD.map(policy => `      - { policy: ${policy}, level: { environments: all } }`).join('\n')}
`

/** Rights as the rules wish for them; `all` environments are the active ones of the sample account. */
const bindingsOf = (group: string, environments: readonly string[]) => [
  { policy: 'team data', group, parameters: { team: 'payments' }, boundaries: ['team payments'] },
  ...ACCOUNT_WIDE.map(policy => ({ policy, group })),
  ...environments.flatMap(level => IN_PROD.map(policy => ({ policy, group, level }))),
]

async function measure(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-bench-'))
  const account = await startAccount(size)
  await account.seed(size.groups.flatMap((_, nth) => bindingsOf(groupName(nth), ['prod'])))
  await makeDirectory(folder, { ...size, groups: size.groups.slice(0, managed) })
  const store = await openStore({
    dataDir: folder,
    databaseUrl: undefined,
    log: silentLog,
    clock: systemClock,
  })
  const calls = callLedger()
  let observedAt = process.cpuUsage()
  let askedAt = 0
  const connection = connectDynatrace({
    ...account.credentials,
    clock: systemClock,
    log: silentLog,
    onCall: call => {
      calls.record(call)
      // Asking costs as much as a call does.
      if (performance.now() - askedAt < 5) return
      askedAt = performance.now()
      observedAt = process.cpuUsage()
    },
  })
  const parsed = parseAccessModel(RULES.replace('environments: all', 'environments: [ prod ]'), 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems))
  const stored = runStore(store, systemClock)
  const asked = { trigger: 'request', mode: 'apply', scope: 'full', actor: 'bench' } as const
  for (const status of ['queued', 'running', 'queued'] as const) {
    const began = performance.now()
    const cpu = process.cpuUsage()
    const turns = monitorEventLoopDelay({ resolution: 1 })
    turns.enable()
    let planned: number | undefined
    const runs = {
      ...stored,
      decisions: stored.decisions,
      save: async (run: Run, entries: Parameters<typeof stored.save>[1]) => {
        planned ??= seconds(process.cpuUsage(observedAt))
        const at = performance.now()
        await stored.save(run, entries)
        say(`  write of ${entries?.length ?? 0} lines: ${((performance.now() - at) / 1_000).toFixed(2)} s`)
      },
    }
    const { run } = await execute(
      newRun({ ...asked, status }, systemClock.now()),
      { scope: { kind: 'full' }, model: parsed.model },
      {
        store,
        readSnapshot: sqlSnapshot(store),
        catalogue: catalogueMemory(systemClock),
        policyTexts: policyTextMemory(() => systemClock.now()),
        clock: systemClock,
        log: silentLog,
        connection,
        calls,
        runs,
        mayGoOn: () => undefined,
      },
    )
    turns.disable()
    const lines = await sql<{ n: number }>`select count(*) as n from journal`.execute(store.db)
    const total = Object.values(run.calls).reduce((sum, count) => sum + count, 0)
    say(
      `${status}: ${run.status}, ${run.plan.steps.length} steps, ${run.problems.length} problems, ${total} calls, ` +
        `${((performance.now() - began) / 1_000).toFixed(1)} s, CPU ${seconds(process.cpuUsage(cpu)).toFixed(1)} s, ` +
        `from the last read to the plan ${planned?.toFixed(2) ?? '(not recorded)'} s of CPU, ` +
        `longest turn of the loop ${Math.round(turns.max / 1e6)} ms, ` +
        `resident ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB, ${lines.rows[0]?.n} lines in the journal`,
    )
    if (run.problems.length > 0) say(run.problems.slice(0, 3).join('\n'))
    if (run.plan.steps.length > 0)
      say(
        run.plan.steps
          .slice(0, 3)
          .map(({ title }) => title)
          .join('\n'),
      )
  }
  await connection.close()
  await store.close()
  await account.close()
  await rm(folder, { recursive: true, force: true })
}

const seconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

await measure()
