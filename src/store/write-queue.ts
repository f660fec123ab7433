/**
 * Group commit: works that wait at the same time share one transaction and one fsync.
 *
 *   write ─┐
 *   write ─┼─► begin · work · work · work · tail · commit (fsync) ─► all resolve
 *   write ─┘                          works that come meanwhile wait for the next batch
 *
 * When one of them throws, the batch is rolled back and run once more with a savepoint around each.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CompiledQuery } from 'kysely'
import { BridgeError } from '../lib/errors.ts'
import { driverError } from './driver-error.ts'
import type { Writer } from './store.ts'
import { tailMark, writeTail } from './tail.ts'

/** Runs `body` in a transaction that no other process's can overlap; resolves when it is durable. */
export type Transact = (body: (tx: Writer) => Promise<void>) => Promise<void>

/** Bounds the time that works which come first wait for those which come last. */
const LARGEST_BATCH = 256
/** Less than an fsync takes. */
const PATIENCE_MS = 0.5

const SAVEPOINT = CompiledQuery.raw('savepoint work')
const RELEASE = CompiledQuery.raw('release savepoint work')
const UNDO = CompiledQuery.raw('rollback to savepoint work')

type Work = (tx: Writer) => Promise<unknown>

interface Waiting {
  readonly work: Work
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

type Outcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly reason: unknown }

export class WriteQueue {
  readonly #transact: Transact
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #closed = false
  /** How many works came together lately. */
  #usual = 0

  constructor(transact: Transact) {
    this.#transact = transact
  }

  write<T>(work: (tx: Writer) => Promise<T>): Promise<T> {
    if (this.#closed) {
      return Promise.reject(
        new BridgeError('store-closed', 'The database is closed: the bridge is stopping.'),
      )
    }
    return new Promise<T>((resolve, reject) => {
      // The queue hands back to each work the very value that this work returned.
      this.#waiting.push({ work, resolve: value => resolve(value as T), reject })
      this.#running ??= this.#run()
    })
  }

  /** Takes no more works and resolves when those that wait are done. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather()
      const batch = this.#waiting.slice(0, LARGEST_BATCH)
      this.#waiting = this.#waiting.slice(LARGEST_BATCH)
      await this.#commit(batch)
    }
    this.#running = undefined
  }

  /**
   * Requests that have arrived at the socket by now join the batch. Where many come at a time, those whose answers
   * are just on their way are waited for: alone, each of them would cost an fsync.
   */
  async #gather(): Promise<void> {
    const until = performance.now() + PATIENCE_MS
    do await nextTurn()
    while (this.#waiting.length < this.#usual && performance.now() < until)
    this.#usual = Math.floor((this.#usual + Math.min(this.#waiting.length, LARGEST_BATCH)) / 2)
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const works = batch.map(({ work }) => work)
    let outcomes: readonly Outcome[] | undefined
    try {
      outcomes = (await this.#together(works)) ?? (await this.#isolated(works))
    } catch (error) {
      const reason = driverError(error)
      for (const { reject } of batch) reject(reason)
      return
    }
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index]
      if (outcome?.kind === 'done') resolve(outcome.value)
      else reject(outcome?.reason)
    }
  }

  /** Without savepoints, which cost as much as a small work. Undefined when a work has thrown: nothing is stored then. */
  async #together(works: readonly Work[]): Promise<readonly Outcome[] | undefined> {
    const outcomes: Outcome[] = []
    let thrown: unknown
    try {
      await this.#transact(async tx => {
        try {
          for (const work of works) outcomes.push({ kind: 'done', value: await work(tx) })
        } catch (error) {
          thrown = driverError(error)
          throw error
        }
        await writeTail(tx)
      })
    } catch (error) {
      if (thrown === undefined || isUnavailable(thrown)) throw error
      return works.length === 1 ? [{ kind: 'failed', reason: thrown }] : undefined
    }
    return outcomes
  }

  /** All over again, each in a savepoint of its own, so that one that throws is rolled back alone. */
  async #isolated(works: readonly Work[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = []
    try {
      await this.#transact(async tx => {
        for (const work of works) outcomes.push(await isolated(tx, work))
        await writeTail(tx)
      })
    } catch (error) {
      const failed: Outcome = { kind: 'failed', reason: driverError(error) }
      // Who failed by itself hears of that, not of what ended the transaction.
      return works.map((_, index) => (outcomes[index]?.kind === 'failed' ? outcomes[index] : failed))
    }
    return outcomes
  }
}

/** A work that throws leaves no trace in the transaction that it shares. */
async function isolated(tx: Writer, work: Work): Promise<Outcome> {
  const mark = tailMark(tx)
  await tx.executeQuery(SAVEPOINT)
  try {
    const value = await work(tx)
    await tx.executeQuery(RELEASE)
    return { kind: 'done', value }
  } catch (thrown) {
    const reason = driverError(thrown)
    // A full disk or a lost connection has ended the whole transaction: no savepoint is left to go back to.
    if (isUnavailable(reason)) throw reason
    mark.undo()
    await tx.executeQuery(UNDO)
    await tx.executeQuery(RELEASE)
    return { kind: 'failed', reason }
  }
}

const isUnavailable = (reason: unknown): boolean =>
  reason instanceof BridgeError && reason.code === 'store-unavailable'
