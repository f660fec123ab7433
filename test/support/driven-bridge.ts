/** A bridge process on a simulated account, with rules of its own and tokens that can be looked for. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { ADMIN_TOKEN, bridgeClient } from './bridge-client.ts'
import { POSTGRES_PASSWORD } from './databases.ts'
import { type BridgeProcess, emptyFolder, startServe } from './processes.ts'
import { type SimulatedAccount, simulatedAccount } from './simulated-account.ts'
import { SCIM_TOKEN } from './world.ts'

/** What an identity provider may send with a person. */
export const PASSWORD = 'Correct-Horse-9-Battery'
export const TOKENS = { BRIDGE_SCIM_TOKEN: SCIM_TOKEN, BRIDGE_ADMIN_TOKEN: ADMIN_TOKEN }

/** `dt-<team>` in the identity provider is `<name> <team>` in Dynatrace. */
export const rulesFor = (name: string) => `
version: 1
environments:
  prod: { id: abc12345 }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "${name} {team}" }
    bindings: [ { policy: Standard User, level: account } ]
`

/** A bridge with rules of its own on the sample account. */
export async function drivenBridge(t: Test, name: string, env: Readonly<Record<string, string>> = {}) {
  const account = await simulatedAccount(t)
  const { folder, rules } = await placeFor(t, name)
  const bridge = await startServe(t, {
    cwd: folder,
    env: { ...account.env, ...TOKENS, BRIDGE_CONFIG: rules, ...env },
  })
  return { account, rules, bridge, client: bridgeClient(bridge) }
}

export async function placeFor(
  t: Test,
  name: string,
): Promise<{ readonly folder: string; readonly rules: string }> {
  const folder = join(await emptyFolder(t), name)
  await mkdir(folder)
  const rules = join(folder, 'bridge.yaml')
  await writeFile(rules, rulesFor(name))
  return { folder, rules }
}

/** Nothing of what must stay secret was printed. */
export function isFreeOfSecrets(t: Test, bridge: BridgeProcess, account: SimulatedAccount): void {
  const { clientSecret } = account
  for (const [name, secret] of Object.entries({ ...TOKENS, clientSecret, PASSWORD, POSTGRES_PASSWORD })) {
    t.notOk(bridge.output().includes(secret), `${name} is not in what was printed`)
  }
  t.notMatch(bridge.output(), /bearer [^[]/i, 'nor is any authorization header')
}
