/** What a level is put together from. */
import type { LevelSelector } from './model.ts'

type LevelPart = Exclude<LevelSelector, { readonly kind: 'several' }>

/** The level as a list of simple ones. */
export function partsOf(level: LevelSelector): readonly LevelPart[] {
  return level.kind === 'several' ? level.of.flatMap(partsOf) : [level]
}

/** One level from several parts; undefined without any. */
export function joinParts(levels: readonly LevelSelector[]): LevelSelector | undefined {
  const parts = levels.flatMap(partsOf)
  const distinct = [...new Map(parts.map(part => [JSON.stringify(part), part])).values()]
  return distinct.length > 1 ? { kind: 'several', of: distinct } : distinct[0]
}

export const holdsAccount = (level: LevelSelector): boolean =>
  partsOf(level).some(({ kind }) => kind === 'account')

export const holdsEnvironments = (level: LevelSelector): boolean =>
  partsOf(level).some(({ kind }) => kind !== 'account')
