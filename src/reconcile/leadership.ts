/**
 * Which of several instances reconciles: the one that holds the lease.
 *
 * The holder's name tells machine and process, so that an instance that comes back after a crash takes
 * its own lease over at once instead of waiting for it to run out.
 */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { acquireLease, releaseLease } from '../store/lease.ts'
import type { Store } from '../store/store.ts'

const NAME = 'reconciler'
/** Tells this life of the process from earlier ones under the same process id. */
const LIFE = randomBytes(4).toString('hex')
const TTL_MS = 30_000
const RENEW_AFTER_MS = 10_000
/** How often the lease is looked after while a pass runs. */
const HEARTBEAT_MS = 5_000

export interface Leadership {
  /** Takes or keeps the lease; true while this instance leads. */
  keep(): Promise<boolean>
  /** Whether the lease is still good, without asking the database. */
  readonly leads: boolean
  resign(): Promise<void>
}

export function leadership(store: Store, clock: Clock): Leadership {
  const holder = [hostname(), process.pid, LIFE, randomBytes(4).toString('hex')].join('/')
  let heldUntil = 0
  let renewAt = 0
  const leads = () => clock.now().getTime() < heldUntil
  return {
    get leads() {
      return leads()
    },
    async keep() {
      const now = clock.now()
      if (leads() && now.getTime() < renewAt) return true
      await freeTheDead(store, holder)
      const lease = await acquireLease(store, { name: NAME, holder, ttlMs: TTL_MS, now })
      heldUntil = lease === undefined ? 0 : now.getTime() + TTL_MS
      renewAt = now.getTime() + RENEW_AFTER_MS
      return lease !== undefined
    },
    async resign() {
      if (!leads()) return
      heldUntil = 0
      await releaseLease(store, { name: NAME, holder })
    },
  }
}

/** Looks after the lease until `stopping` is aborted: a pass may take longer than the lease lasts. */
export async function keepLeading(
  lead: Leadership,
  { clock, log, stopping }: { readonly clock: Clock; readonly log: Log; readonly stopping: AbortSignal },
): Promise<void> {
  while (!stopping.aborted) {
    await clock.sleep(HEARTBEAT_MS, stopping)
    if (!lead.leads || stopping.aborted) continue
    await lead.keep().catch((error: unknown) => log.warn({ err: error }, 'the lease could not be prolonged'))
  }
}

/** Frees the lease of a process of this machine that is no more. */
async function freeTheDead(store: Store, self: string): Promise<void> {
  const lease = await store.db.selectFrom('leases').selectAll().where('name', '=', NAME).executeTakeFirst()
  if (lease === undefined || lease.holder === self) return
  const [machine, pid, life] = lease.holder.split('/')
  if (machine !== hostname() || life === LIFE || isAlive(Number(pid))) return
  await releaseLease(store, { name: NAME, holder: lease.holder })
}

/** In a container every life has the same process id: another life with ours is our own past. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
