/** A simulator and a plain HTTP client for its account, as tests of its behaviour need them. */
import type { Test } from 'tap'
import { Agent, request } from 'undici'
import type { Clock } from '../../src/lib/clock.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import type { Switches } from '../../src/simulator/switches.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The parsed body, undefined when there is none or it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes
  readonly body: any
}

export type Send = (method: string, path: string, body?: unknown) => Promise<Answer>

/** A clock that stands still until told; sleeping moves it. */
export function manualClock(start = '2026-11-22T10:00:00.000Z') {
  let now = Date.parse(start)
  const pass = (ms: number) => {
    now += ms
  }
  const clock: Clock = { now: () => new Date(now), sleep: async ms => pass(ms) }
  return { clock, pass }
}

/**
 * Starts a simulator that ends with the test. `api` sends with a token of the account, what `inEnvironment` makes with one
 * of an environment, `control` without.
 */
export async function startAccount(
  t: Test,
  seed: 'sample' | 'empty' = 'sample',
  clock?: Clock,
  switches: Partial<Switches> = {},
) {
  const simulator = await startSimulator({
    host: '127.0.0.1',
    port: 0,
    seed,
    switches,
    ...(clock === undefined ? {} : { clock }),
  })
  const dispatcher = new Agent()
  t.teardown(async () => {
    await dispatcher.close()
    await simulator.close()
  })
  const { accountUuid, clientId, clientSecret, url } = simulator
  const raw = async (
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
  ): Promise<Answer> => {
    const options = { method, headers, dispatcher, ...(body === undefined ? {} : { body }) }
    const response = await request(url + path, options)
    const text = await response.body.text()
    return { status: response.statusCode, headers: response.headers, text, body: parsed(text) }
  }
  const tokenRequest = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    raw(
      'POST',
      '/sso/oauth2/token',
      { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      new URLSearchParams(form).toString(),
    )
  const credentials = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const json = (headers: Record<string, string>): Send => {
    const all = { 'content-type': 'application/json', ...headers }
    return (method, path, body) =>
      raw(method, path, all, body === undefined ? undefined : JSON.stringify(body))
  }
  const withToken = (token: string): Send => json({ authorization: `Bearer ${token}` })
  const token = await tokenRequest(credentials)
  const inEnvironment = async (id = 'abc12345', scope?: string): Promise<Send> => {
    const resource = `urn:dtenvironment:${id}`
    const asked = await tokenRequest({ ...credentials, resource, ...(scope === undefined ? {} : { scope }) })
    return withToken(asked.body.access_token)
  }
  return {
    simulator,
    account: `/iam/v1/accounts/${accountUuid}`,
    repo: `/iam/v1/repo/account/${accountUuid}`,
    credentials,
    tokenRequest,
    raw,
    withToken,
    inEnvironment,
    api: withToken(token.body.access_token),
    control: json({}),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
