/** The part of `bridge.yaml` that says which steps wait for a person. */
import { z } from 'zod'
import type { Path } from './locate.ts'
import type { AccessModel, Budget, FreezeWindow } from './model.ts'
import { type Reading, readList, readMapping, readValue } from './reading.ts'
import {
  directoryShrinkShape,
  freezeShape,
  groupShrinkShape,
  guardsShape,
  perDayShape,
  removalsShape,
} from './schema/guards.ts'
import { count, percent, text } from './values.ts'
import { readWeekly } from './weekly.ts'

type Guards = AccessModel['guards']

export function readGuards(value: unknown, path: Path, reading: Reading): Guards {
  const given = readMapping(value, path, guardsShape.keys, reading) ?? {}
  const removals = readMapping(given.removals ?? {}, [...path, 'removals'], removalsShape.keys, reading) ?? {}
  const shrink =
    readMapping(given.groupShrink ?? {}, [...path, 'groupShrink'], groupShrinkShape.keys, reading) ?? {}
  const removalsPath = [...path, 'removals']
  const perPass = readBudget(removals, { count: 20, percent: 10 }, removalsPath, reading)
  const perDay =
    readMapping(removals.perDay ?? {}, [...removalsPath, 'perDay'], perDayShape.keys, reading) ?? {}
  return {
    removals: {
      ...perPass,
      perDay: readBudget(perDay, usualDay(perPass), [...removalsPath, 'perDay'], reading),
    },
    groupShrink: {
      percent: readValue(percent, shrink.percent ?? 50, [...path, 'groupShrink', 'percent'], reading) ?? 50,
    },
    directoryShrink: readBudget(
      readMapping(
        given.directoryShrink ?? {},
        [...path, 'directoryShrink'],
        directoryShrinkShape.keys,
        reading,
      ) ?? {},
      { count: 10, percent: 30 },
      [...path, 'directoryShrink'],
      reading,
    ),
    widening:
      readValue(z.enum(['hold', 'allow']), given.widening ?? 'hold', [...path, 'widening'], reading) ??
      'hold',
    freeze: (readList(given.freeze ?? [], [...path, 'freeze'], reading) ?? []).flatMap(
      (each, at) => readFreeze(each, [...path, 'freeze', at], reading) ?? [],
    ),
  }
}

/** A day may take what five passes may, and a quarter of all people, or what one pass may. */
const usualDay = ({ count, percent }: Budget): Budget => ({
  count: 5 * count,
  percent: Math.max(25, percent),
})

function readBudget(
  given: Readonly<Record<string, unknown>>,
  usual: Budget,
  path: Path,
  reading: Reading,
): Budget {
  return {
    count: readValue(count, given.count ?? usual.count, [...path, 'count'], reading) ?? usual.count,
    percent:
      readValue(percent, given.percent ?? usual.percent, [...path, 'percent'], reading) ?? usual.percent,
  }
}

const instant = text.refine(value => !Number.isNaN(Date.parse(value)) && /^\d{4}-\d\d-\d\dT/.test(value), {
  error: 'is no instant',
  params: { remedy: 'write it like 2026-12-20T18:00:00Z' },
})

function readFreeze(value: unknown, path: Path, reading: Reading): FreezeWindow | undefined {
  const given = readMapping(value, path, freezeShape.keys, reading)
  if (given === undefined) return undefined
  const reason = readValue(text, given.reason, [...path, 'reason'], reading)
  if (given.weekly !== undefined) {
    const weekly = readWeekly(given.weekly, [...path, 'weekly'], reading)
    return weekly === undefined || reason === undefined ? undefined : { kind: 'weekly', ...weekly, reason }
  }
  const from = readValue(instant, given.from, [...path, 'from'], reading)
  const until = readValue(instant, given.until, [...path, 'until'], reading)
  if (from === undefined || until === undefined || reason === undefined) return undefined
  return {
    kind: 'once',
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    reason,
  }
}
