/** Broken HTTP over raw sockets: it is refused or understood, never a failure of the server, and never the end of it. */
import fc from 'fast-check'
import { test } from 'tap'
import { scimApp, token } from '../support/scim-app.ts'
import { rawRequest } from './raw-requests.ts'
import { askRaw } from './raw-wire.ts'

const count = Math.ceil(Number(process.env.FUZZ_REQUESTS ?? 3_000) / 10)
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))

test('whatever the bytes', { timeout: 60_000 + count * 20 }, async t => {
  const { app, directory } = await scimApp(t)
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  const statuses = new Map<number, number>()
  let seen = 0
  await fc.assert(
    fc.asyncProperty(rawRequest(token), async bytes => {
      const answer = await askRaw(port, bytes)
      seen += 1
      for (const status of answer.statuses) statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const wrong = answer.statuses.find(status => status >= 500 && status !== 505)
      if (wrong !== undefined || answer.waits) {
        throw new Error(
          `${wrong ?? 'it hangs'}\n${JSON.stringify(bytes.slice(0, 900))}\n→ ${answer.text.slice(0, 900)}`,
        )
      }
      if (answer.statuses.includes(200) && answer.text.includes('smuggled')) throw new Error('smuggled')
    }),
    { numRuns: count, seed, endOnFailure: true },
  )
  t.comment(`seed ${seed}, ${seen} connections, ${JSON.stringify(Object.fromEntries([...statuses].sort()))}`)
  const { total } = await directory.listUsers({ startIndex: 1, count: 0, filter: undefined, sort: undefined })
  t.equal(total, 0, 'nothing was made of it')
})
