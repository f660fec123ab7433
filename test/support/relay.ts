/** A server of a test that stands between a client and an account, and what it takes to pass a call on. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { request } from 'undici'

/** Listens until the end of the test; answers with its address. */
export async function relay(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on TCP, not on a pipe
  return `http://127.0.0.1:${port}`
}

/** Passes a call of the account API on; answers with what was sent and what came back. */
export async function forward(asked: IncomingMessage, target: string) {
  const body = Buffer.concat(await asked.toArray()).toString()
  const got = await request(`${target}${asked.url}`, {
    method: isMethod(asked.method) ? asked.method : 'GET',
    headers: {
      authorization: asked.headers.authorization ?? '',
      ...(body === '' ? {} : { 'content-type': asked.headers['content-type'] ?? 'application/json' }),
    },
    ...(body === '' ? {} : { body }),
  })
  return { body, status: got.statusCode, text: await got.body.text() }
}

const isMethod = (method: string | undefined): method is 'GET' | 'POST' | 'PUT' | 'DELETE' =>
  method === 'GET' || method === 'POST' || method === 'PUT' || method === 'DELETE'
