/**
 * One seed for everything that is left to chance: what happens next, and every id that bridge and account make. What is not
 * seeded here (the clock of the machine, the order in which calls are answered) must not matter.
 */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

export interface Chance {
  /** 0 up to, not including, `below`. */
  below(below: number): number
  /** Once in so many times. */
  oneIn(times: number): boolean
  pick<T>(of: readonly T[]): T
}

/** mulberry32. */
export function chance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number) => next() % limit
  return {
    below,
    oneIn: times => below(times) === 0,
    pick: <T>(of: readonly T[]): T => {
      const one = of[below(of.length)]
      if (one === undefined && of.length === 0) throw new Error('nothing to pick from')
      return one as T // `of` is not empty
    },
  }
}

/** From now on all ids that this process makes follow from the seed; answers with what puts things back. */
export function seededIds(seed: number): () => void {
  const { randomUUID, randomBytes } = crypto
  const random = chance(seed ^ 0x5eed)
  const bytes = (count: number): Buffer => Buffer.from(Array.from({ length: count }, () => random.below(256)))
  const uuid = () => {
    const made = bytes(16)
    made.writeUInt8((made.readUInt8(6) & 0x0f) | 0x40, 6)
    made.writeUInt8((made.readUInt8(8) & 0x3f) | 0x80, 8)
    return made.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }
  Object.assign(crypto, { randomUUID: uuid, randomBytes: bytes })
  const before = Math.random
  Math.random = () => random.below(2 ** 30) / 2 ** 30
  syncBuiltinESMExports()
  return () => {
    Object.assign(crypto, { randomUUID, randomBytes })
    Math.random = before
    syncBuiltinESMExports()
  }
}
