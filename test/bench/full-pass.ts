/** Has the bridge look at everything once, and watches its memory and its event loop meanwhile. */
import { request } from 'undici'
import { startTrickle } from './big-group.ts'
import { releaseLease } from './directory.ts'
import { ADMIN_TOKEN, forgetPeak, memoryOf, type Server } from './servers.ts'

export interface Pass {
  readonly seconds: number
  readonly status: string
  readonly steps: number
  readonly heldMs: number
  readonly peakMiB: number
  readonly afterMiB: number
}

const PATIENCE_MS = 300_000

export async function fullPass(server: Server): Promise<Pass> {
  await forgetPeak(server)
  releaseLease(server.dataDir)
  const trickle = startTrickle(server)
  await trickle.warm
  const began = performance.now()
  const { id } = await ask(server, 'POST', '/reconcile', { mode: 'plan' })
  for (;;) {
    const run = await ask(server, 'GET', `/reconcile/runs/${id}`)
    if (run.status !== 'queued' && run.status !== 'running') {
      const seconds = (performance.now() - began) / 1_000
      const heldMs = await trickle.stop()
      const { now, peak } = await memoryOf(server)
      const steps = run.plan?.steps?.length ?? 0
      return { seconds, status: run.status, steps, heldMs, peakMiB: peak, afterMiB: now }
    }
    if (performance.now() - began > PATIENCE_MS) throw new Error('The pass does not end.')
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

async function ask({ url }: Server, method: 'GET' | 'POST', path: string, body?: object) {
  const answer = await request(`${url}/api/v1${path}`, {
    method,
    headersTimeout: PATIENCE_MS,
    headers: {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text.slice(0, 500)}`)
  return JSON.parse(text)
}
