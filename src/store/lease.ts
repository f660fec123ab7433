/** The lease that elects one of several instances, with a fence by which a stale holder is recognised. */
import type { Store } from './store.ts'

export interface LeaseRequest {
  readonly name: string
  /** Who asks; unique per process. */
  readonly holder: string
  readonly ttlMs: number
  readonly now: Date
}

/**
 * Takes the lease when it is free or has run out, prolongs it when `holder` has it, and answers its fence;
 * undefined when another holds it. The fence grows by one each time the lease changes hands.
 */
export function acquireLease(store: Store, request: LeaseRequest): Promise<{ fence: number } | undefined> {
  const { name, holder, now } = request
  const expiresAt = new Date(now.getTime() + request.ttlMs).toISOString()
  return store.write(async tx => {
    const lease = await tx.selectFrom('leases').selectAll().where('name', '=', name).executeTakeFirst()
    if (lease === undefined) {
      await tx.insertInto('leases').values({ name, holder, fence: 1, expiresAt }).execute()
      return { fence: 1 }
    }
    const mine = lease.holder === holder
    if (!mine && Date.parse(lease.expiresAt) > now.getTime()) return undefined
    const fence = mine ? lease.fence : lease.fence + 1
    await tx.updateTable('leases').set({ holder, fence, expiresAt }).where('name', '=', name).execute()
    return { fence }
  })
}

/** Lets the next one in at once. Does nothing when `holder` no longer has the lease. */
export async function releaseLease(
  store: Store,
  lease: { readonly name: string; readonly holder: string },
): Promise<void> {
  await store.write(tx =>
    tx
      .updateTable('leases')
      // The row stays, so that the fence never goes back.
      .set({ expiresAt: new Date(0).toISOString() })
      .where('name', '=', lease.name)
      .where('holder', '=', lease.holder)
      .execute(),
  )
}
