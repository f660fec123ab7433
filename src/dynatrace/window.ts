/**
 * How many calls may be in flight and from when, as a pure function from what happened to what is allowed.
 *
 * | event                          | effect                                                         |
 * |--------------------------------|----------------------------------------------------------------|
 * | as many good answers as wide   | one wider, up to the most that is allowed                      |
 * | 429                            | half as wide, once for all calls that were in flight together  |
 * | `Retry-After`                  | nobody leaves before it                                        |
 * | 429 without one                | nobody leaves for a moment, twice as long for each in a row    |
 * | `X-RateLimit-Remaining`        | so many leave before `X-RateLimit-Reset`, and no more          |
 * | `X-RateLimit-Limit`            | never wider than this                                          |
 */
import type { Pace } from './pace.ts'

export interface Window {
  /** How many may be in flight. */
  readonly size: number
  readonly inFlight: number
  /** Good answers since the size last changed. */
  readonly streak: number
  /** Goes up with every halving: tells calls that left before it from those after. */
  readonly era: number
  /** Halvings since the last good answer. */
  readonly strikes: number
  /** Epoch milliseconds before which nobody leaves. */
  readonly heldUntil: number
  /** How many may still leave before an instant in epoch milliseconds. */
  readonly allowance: { readonly left: number; readonly until: number } | undefined
}

export interface WindowLimits {
  readonly first: number
  readonly most: number
  /** Milliseconds of the moment after the first 429 that asks for no other. */
  readonly pause: number
  /** Milliseconds. No answer, however mad its headers, holds calls back for longer. */
  readonly longestPause: number
}

export type WindowEvent =
  | { readonly kind: 'left' }
  /** `era`: of the window when the call left; `at`: epoch milliseconds. */
  | {
      readonly kind: 'came-back'
      readonly era: number
      readonly outcome: 'well' | 'badly' | 'limited'
      readonly at: number
      readonly pace: Pace
    }
  /** A wait until this instant is over, whatever the clock says. */
  | { readonly kind: 'waited'; readonly until: number }

export const newWindow = ({ first, most }: WindowLimits): Window => ({
  size: Math.max(1, Math.min(first, most)),
  inFlight: 0,
  streak: 0,
  era: 0,
  strikes: 0,
  heldUntil: 0,
  allowance: undefined,
})

/** When the next call may leave: `full` when not before another one comes back, else an instant, perhaps past. */
export function opensAt(window: Window, at: number): number | 'full' {
  if (window.inFlight >= window.size) return 'full'
  const { heldUntil, allowance } = window
  return allowance !== undefined && allowance.left <= 0 && allowance.until > at
    ? Math.max(heldUntil, allowance.until)
    : heldUntil
}

export function nextWindow(window: Window, event: WindowEvent, limits: WindowLimits): Window {
  switch (event.kind) {
    case 'left': {
      const { allowance } = window
      return {
        ...window,
        inFlight: window.inFlight + 1,
        allowance: allowance && { ...allowance, left: allowance.left - 1 },
      }
    }
    case 'waited': {
      const { heldUntil, allowance } = window
      return {
        ...window,
        heldUntil: heldUntil <= event.until ? 0 : heldUntil,
        allowance: allowance !== undefined && allowance.until <= event.until ? undefined : allowance,
      }
    }
    case 'came-back': {
      const inFlight = Math.max(0, window.inFlight - 1)
      return paced(resized({ ...window, inFlight }, event, limits), event, limits)
    }
  }
}

type CameBack = Extract<WindowEvent, { kind: 'came-back' }>

function resized(window: Window, { era, outcome, pace }: CameBack, { most }: WindowLimits): Window {
  const ceiling = Math.max(1, Math.min(most, pace.limit ?? most))
  if (outcome === 'limited') {
    // The others of its time were answered by the same overload: halving for each would end at one.
    if (era !== window.era) return window
    const size = Math.max(1, Math.floor(window.size / 2))
    return { ...window, size, streak: 0, era: window.era + 1, strikes: window.strikes + 1 }
  }
  if (outcome === 'badly') return { ...window, streak: 0 }
  const size = Math.min(window.size, ceiling)
  const streak = era === window.era ? window.streak + 1 : window.streak
  return streak >= size && size < ceiling
    ? { ...window, size: size + 1, streak: 0, strikes: 0 }
    : { ...window, size, streak, strikes: era === window.era ? 0 : window.strikes }
}

function paced(window: Window, { at, outcome, pace }: CameBack, limits: WindowLimits): Window {
  const { pause, longestPause } = limits
  const until = (wait: number) => at + Math.max(0, Math.min(wait, longestPause))
  const asked = pace.retryAfter ?? (outcome === 'limited' ? pause * 2 ** (window.strikes - 1) : undefined)
  const heldUntil = asked === undefined ? window.heldUntil : Math.max(window.heldUntil, until(asked))
  if (pace.remaining === undefined || pace.resetsIn === undefined) return { ...window, heldUntil }
  // Those in flight may not have been counted yet when this was said.
  const left = Math.max(0, pace.remaining - window.inFlight)
  return { ...window, heldUntil, allowance: { left, until: until(pace.resetsIn) } }
}
