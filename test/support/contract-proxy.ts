/** Stands between a client and the simulator, passes everything on, and holds both against the contract. */
import type { Test } from 'tap'
import { Agent } from 'undici'
import { readContract } from './contract.ts'
import { relay } from './relay.ts'

export interface ContractProxy {
  readonly url: string
  /** `operationId` of everything that was called so far, with the statuses it was answered with. */
  readonly seen: ReadonlyMap<string, ReadonlySet<number>>
  /** One line for everything that was not as the contract has it. */
  readonly problems: readonly string[]
}

/** Until the end of the test, in front of `target`. */
export async function contractProxy(t: Test, target: string): Promise<ContractProxy> {
  const contract = readContract()
  const seen = new Map<string, Set<number>>()
  const problems: string[] = []
  const agent = new Agent()
  const url = await relay(t, async (request, reply) => {
    const { method = 'GET', url: path = '/' } = request
    const body = Buffer.concat(await request.toArray()).toString()
    const upstream = await agent.request({
      origin: target,
      path,
      method: method as 'GET', // passed on as it came
      headers: request.headers,
      body: body === '' ? null : body,
    })
    const text = await upstream.body.text()
    const { 'content-type': type } = upstream.headers
    const call = {
      method,
      target: path.replace(/^\/e\/[^/]+/, ''),
      contentType: request.headers['content-type'],
      body,
    }
    const operation = contract.find(call)
    if (operation === undefined) problems.push(`${method} ${path}: the contract has no such operation`)
    else {
      const status = upstream.statusCode
      seen.set(operation.operationId, (seen.get(operation.operationId) ?? new Set()).add(status))
      const wrong = [
        // What is sent wrong on purpose, to see the answer, is not the client's doing.
        ...(status < 400 ? contract.judgeCall(call, operation) : []),
        ...contract.judgeAnswer(operation, status, typeof type === 'string' ? type : undefined, text),
      ]
      problems.push(...wrong.map(each => `${operation.operationId} ${status}: ${each}`))
    }
    reply.writeHead(upstream.statusCode, upstream.headers)
    reply.end(text)
  })
  t.teardown(() => agent.destroy())
  return { url, seen, problems }
}
