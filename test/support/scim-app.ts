/** The HTTP app over a real SQLite store in a folder of the test, and a client that speaks SCIM to it. */
import type { FastifyInstance, HTTPMethods, LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import type { Directory } from '../../src/directory/directory.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { createHttpApp } from '../../src/http/app.ts'
import type { InFlightLimits } from '../../src/http/plugins/in-flight.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'

export const token = 'scim-token-of-the-test'

export interface ScimApp {
  readonly app: FastifyInstance
  /** What the app reads and writes. */
  readonly directory: Directory
  /** How often a change was announced. */
  readonly changes: () => number
  readonly send: (
    method: HTTPMethods,
    path: string,
    body?: object | string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<LightMyRequestResponse>
}

/** `wrap` may put something between the app and its directory, such as a failure. */
export async function scimApp(
  t: Test,
  wrap: (directory: Directory) => Directory = directory => directory,
  inFlight?: InFlightLimits,
): Promise<ScimApp> {
  const store = await openStore({
    dataDir: t.testdir(),
    databaseUrl: undefined,
    log: silentLog,
    clock: systemClock,
  })
  let changes = 0
  const directory = wrap(sqlDirectory({ store, clock: systemClock }))
  const app = await createHttpApp({
    directory,
    scimToken: token,
    log: false,
    ...(inFlight === undefined ? {} : { inFlight }),
    onChange: () => {
      changes += 1
    },
  })
  t.teardown(async () => {
    await app.close()
    await store.close()
  })
  return {
    app,
    directory,
    changes: () => changes,
    send: (method, path, body, headers = {}) =>
      app.inject({
        method: method as 'GET',
        url: `/scim/v2${path}`,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: body }),
      }),
  }
}
