/** How much of its limits the account uses, asked at most once an hour, so that passes in step cost no calls for it. */
import type { Dynatrace, Level, LevelLimits, Usage } from '../../dynatrace/dynatrace.ts'
import type { Clock } from '../../lib/clock.ts'

/** One limit and how much of it is used. */
export interface LimitUse extends Usage {
  /** `users`, `policies`, …; those of the account as Dynatrace calls them. */
  readonly what: string
  readonly level: Level
}

/** Never throws: what cannot be read is not known, and asked for again. */
export type UsageReader = (dynatrace: Dynatrace, levels: readonly Level[]) => Promise<readonly LimitUse[]>

const GOOD_FOR_MS = 3_600_000

/** Remembers for an hour; where something could not be read, for some minutes. */
export function usageMemory(clock: Clock): UsageReader {
  let known: { readonly uses: readonly LimitUse[]; readonly until: number } | undefined
  return async (dynatrace, levels) => {
    const now = clock.now().getTime()
    if (known !== undefined && now < known.until) return known.uses
    const read = await Promise.allSettled([
      ofAccount(dynatrace),
      ...levels.map(level => ofLevel(dynatrace, level)),
    ])
    const isWhole = read.every(({ status }) => status === 'fulfilled')
    const uses = read.flatMap(result => (result.status === 'fulfilled' ? result.value : []))
    known = { uses, until: clock.now().getTime() + (isWhole ? GOOD_FOR_MS : GOOD_FOR_MS / 6) }
    return uses
  }
}

async function ofAccount({ limits }: Dynatrace): Promise<readonly LimitUse[]> {
  const all = await limits.account()
  return all.map(({ type, count, limit }) => ({ what: type, level: { kind: 'account' }, count, limit }))
}

async function ofLevel({ limits }: Dynatrace, level: Level): Promise<readonly LimitUse[]> {
  const { policies, bindings, boundaries }: LevelLimits = await limits.level(level)
  const named = (what: string, usage: Usage | undefined) =>
    usage === undefined ? [] : [{ what, level, ...usage }]
  return [
    ...named('policies', policies),
    ...named('bindings', bindings),
    // Boundaries are the account's alone.
    ...(level.kind === 'account' ? named('boundaries', boundaries) : []),
  ]
}
