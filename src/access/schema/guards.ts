/** Which steps wait for a person, in the words of JSON Schema. */
import { z } from 'zod'
import { count, percent, words } from './plain.ts'
import { optional, required, shape } from './shape.ts'

export const perDayShape = shape(
  {
    description:
      'Removals within 24 hours, over all passes; people whom the identity provider took out do not count.',
  },
  {
    count: optional(count, 'How many; five times what one pass may unless given.'),
    percent: optional(
      percent,
      'What part of all people, in percent; 25, or what one pass may if that is more, unless given.',
    ),
  },
)

export const removalsShape = shape(
  { description: 'Removals in one plan.' },
  {
    count: optional(count, 'How many; 20 unless given.'),
    percent: optional(percent, 'What part of all people or groups, in percent; 10 unless given.'),
    perDay: optional(perDayShape.schema, 'Over a day.'),
  },
)

export const groupShrinkShape = shape(
  { description: 'Members that one group loses.' },
  { percent: optional(percent, 'What part of its members, in percent; 50 unless given.') },
)

export const directoryShrinkShape = shape(
  {
    description:
      'People whom the identity provider deactivates or deletes within 24 hours: beyond both figures their access is kept until a person decides, or they come back.',
  },
  {
    count: optional(count, 'How many; 10 unless given.'),
    percent: optional(percent, 'What part of all people, in percent; 30 unless given.'),
  },
)

const instant = z.string().regex(/^\s*\d{4}-\d\d-\d\dT/)

export const freezeShape = shape(
  { description: 'A time in which nothing happens without a person, except that who leaves loses access.' },
  {
    from: optional(instant, 'When it begins.', '2026-12-20T18:00:00Z'),
    until: optional(instant, 'When it ends.', '2027-01-04T06:00:00Z'),
    weekly: optional(words, 'Instead of these: a part of every week, in UTC.', 'fri 16:00 - mon 06:00'),
    reason: required(words, 'Why, for those who wait.', 'Year-end freeze'),
  },
)

export const guardsShape = shape(
  { description: 'What waits for the approval of a person.' },
  {
    removals: optional(removalsShape.schema, 'Over all.'),
    groupShrink: optional(groupShrinkShape.schema, 'For each group.'),
    directoryShrink: optional(directoryShrinkShape.schema, 'Of the identity provider itself.'),
    widening: optional(
      z.enum(['hold', 'allow']),
      'What becomes of a change of this file that gives a group which is there rights of administrators, or takes the boundaries off a binding; hold unless given.',
    ),
    freeze: optional(z.array(freezeShape.schema), 'Times in which nothing is changed.'),
  },
)
