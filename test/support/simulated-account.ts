/** A simulated account that outlives the bridges it is driven by, and what tests ask of it. */

import type { Test } from 'tap'
import { request } from 'undici'
import { MARKER_GROUP } from '../../src/access/reserved-names.ts'
import { startSimulator } from '../../src/simulator/start.ts'

interface State {
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
  readonly groups: readonly { readonly name: string; readonly uuid: string }[]
  readonly bindings: readonly { readonly group: string }[]
  readonly permissions: readonly { readonly group: string }[]
  readonly [more: string]: unknown
}

export type SimulatedAccount = Awaited<ReturnType<typeof simulatedAccount>>

/** The sample account on a free port, or on a given one, until the end of the test. */
export async function simulatedAccount(t: Test, port = 0) {
  const simulator = await startSimulator({ host: '127.0.0.1', port, seed: 'sample' })
  t.teardown(() => simulator.close())
  const { url, accountUuid, clientId, clientSecret } = simulator

  async function control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) {
    const answer = await request(`${url}/_simulator${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  return {
    url,
    clientSecret,
    /** What a bridge needs to drive it. */
    env: {
      DT_ACCOUNT_UUID: accountUuid,
      DT_CLIENT_ID: clientId,
      DT_CLIENT_SECRET: clientSecret,
      DT_API_URL: url,
      DT_SSO_URL: url,
    },
    state: (): Promise<State> => control('GET', '/state'),
    calls: (): Promise<{ readonly total: number; readonly writes: number }> => control('GET', '/calls'),
    forgetCalls: () => control('DELETE', '/calls'),
    fault: (fault: object) => control('POST', '/faults', fault),
    /** How many more calls the first fault hits. */
    faultsLeft: async (): Promise<number> => (await control('GET', '/faults')).faults[0]?.times ?? 0,
    clearFaults: () => control('DELETE', '/faults'),
    hasUser: async (email: string): Promise<boolean> =>
      (await control('GET', '/state')).users.some((user: { email: string }) => user.email === email),
  }
}

/** What tells the test's own groups and people from what was in the account before. */
export interface Ours {
  readonly group: (name: string) => boolean
  readonly person: (email: string) => boolean
}

/** Everything in the account but what is ours, as text for comparison byte for byte. */
export function foreignPart(state: State, ours: Ours): string {
  return JSON.stringify({
    ...state,
    users: state.users
      .filter(user => !ours.person(user.email))
      .map(user => ({ ...user, groups: user.groups.filter(name => !ours.group(name)) })),
    // The marker of the account is ours, too.
    groups: state.groups.filter(each => !ours.group(each.name) && each.name !== MARKER_GROUP),
    bindings: state.bindings.filter(each => !ours.group(each.group)),
    permissions: state.permissions.filter(each => !ours.group(each.group)),
  })
}

/** `group: email` of every membership in a group of ours. */
export function memberships(state: State, ours: Ours): readonly string[] {
  return state.users
    .flatMap(user => user.groups.filter(ours.group).map(name => `${name}: ${user.email}`))
    .sort()
}
