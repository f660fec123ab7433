/** Where a bridge is killed and started again: data, rules and an account that outlive it, and what must be true of them. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { ADMIN_TOKEN, type BridgeClient, bridgeClient } from '../support/bridge-client.ts'
import type { TestDatabase } from '../support/databases.ts'
import { type BridgeProcess, emptyFolder, startCli, startServe } from '../support/processes.ts'
import {
  foreignPart,
  memberships,
  type Ours,
  type SimulatedAccount,
  simulatedAccount,
} from '../support/simulated-account.ts'
import { SCIM_TOKEN } from '../support/world.ts'

export const RULES = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
rules:
  - name: crash teams
    match: dt-{team}
    group: { name: "crash {team}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team data, level: { environments: all }, parameters: { team: "{team}" }, boundaries: [ "team payments" ] }
    permissions: [ { role: account-viewer, level: account } ]
guards: { removals: { count: 100000, percent: 100 }, groupShrink: { percent: 100 }, directoryShrink: { percent: 100 } }
`
export const OURS: Ours = {
  group: name => name.startsWith('crash '),
  person: email => email.startsWith('crash-'),
}

export interface Place {
  readonly account: SimulatedAccount
  readonly foreign: string
  /** A bridge on the same data, rules and account as those before it. */
  start(): Promise<BridgeProcess>
  configure(rules: string): Promise<void>
  /** Kills the bridge that was started last. */
  end(): Promise<void>
}

export async function makePlace(t: Test, { dataDir, databaseUrl }: TestDatabase): Promise<Place> {
  const account = await simulatedAccount(t)
  const folder = await emptyFolder(t)
  const rules = join(folder, 'bridge.yaml')
  await writeFile(rules, RULES)
  // It ends by itself, so that what it has compiled serves those that will be killed.
  await startCli(t, ['--help']).exit
  let newest: BridgeProcess | undefined
  return {
    account,
    foreign: foreignPart(await account.state(), OURS),
    configure: text => writeFile(rules, text),
    async start() {
      newest = await startServe(t, {
        cwd: folder,
        env: {
          ...account.env,
          BRIDGE_CONFIG: rules,
          BRIDGE_SCIM_TOKEN: SCIM_TOKEN,
          BRIDGE_ADMIN_TOKEN: ADMIN_TOKEN,
          // People come and go within seconds here, and everybody is meant.
          BRIDGE_STALE_DEACTIVATION_SECONDS: '0',
          ...(databaseUrl === undefined ? { BRIDGE_DATA_DIR: dataDir } : { DATABASE_URL: databaseUrl }),
        },
      })
      return newest
    },
    async end() {
      await newest?.end('SIGKILL')
    },
  }
}

/** At rest: a run settles, the next plans nothing, the account is the directory, the journal holds. */
export async function isInStep(t: Test, place: Place, bridge: BridgeProcess): Promise<void> {
  const client = bridgeClient(bridge)
  const run = await client.run('apply')
  t.equal(run.status, 'in-step', run.problems.join('\n'))
  const plan = await client.run('plan')
  t.same(
    plan.plan.steps.map((step: { title: string }) => step.title),
    [],
    'a further pass plans nothing',
  )
  const state = await place.account.state()
  t.same(memberships(state, OURS), await wished(client), 'memberships are what the directory says')
  t.equal(foreignPart(state, OURS), place.foreign, 'what is not ours is byte for byte as it was')
  const { body } = await client.call('GET', '/api/v1/reconcile/runs?limit=500')
  t.same(
    body.runs.filter((each: { status: string }) => ['running', 'queued'].includes(each.status)),
    [],
    'no run is left unfinished on record',
  )
  const verify = startCli(t, ['journal', 'verify', '--url', bridge.url], {
    env: { BRIDGE_ADMIN_TOKEN: ADMIN_TOKEN },
  })
  t.same(await verify.exit, { code: 0, signal: null }, verify.output())
}

/** Memberships of active people, said by the names of groups alone. */
async function wished(client: BridgeClient): Promise<readonly string[]> {
  const active = new Map<string, string>()
  for (const user of await client.all('Users')) if (user.active) active.set(user.id, user.userName)
  const groups = await client.all('Groups')
  return groups
    .flatMap(group =>
      (group.members ?? []).flatMap(({ value }: { value: string }) =>
        active.has(value) ? [`crash ${group.displayName.slice(3)}: ${active.get(value)}`] : [],
      ),
    )
    .sort()
}

/** Groups of ours that are twice there, or under another uuid than when they were last seen. */
export async function recreated(
  account: SimulatedAccount,
  known: Map<string, string>,
): Promise<readonly string[]> {
  const wrong: string[] = []
  const seen = new Set<string>()
  for (const { name, uuid } of (await account.state()).groups) {
    if (!OURS.group(name)) continue
    if (seen.has(name)) wrong.push(`${name} is there twice`)
    if ((known.get(name) ?? uuid) !== uuid) wrong.push(`${name} was made anew`)
    seen.add(name)
    known.set(name, uuid)
  }
  return wrong
}
