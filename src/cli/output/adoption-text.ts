/** Adoption for people: what could be taken over, what follows from it, and what is kept. Pure. */
import type { z } from 'zod'
import type { adoptedSchema, candidatesSchema, keptSchema } from '../../http/ops/adoption.ts'
import { plural } from './closing-text.ts'
import type { TextOptions } from './paint.ts'
import { printable } from './printable.ts'
import { stepLines } from './steps-text.ts'
import { table } from './table.ts'

export function candidatesText({ candidates, refusal }: z.output<typeof candidatesSchema>): string {
  if (candidates.length === 0) return 'Nothing to adopt: all that rules want is ours, or not there yet.\n'
  const lines = candidates.map(({ kind, name, obstacle }) => [
    kind,
    printable(name),
    obstacle === undefined ? 'can be adopted' : printable(obstacle),
  ])
  const next =
    refusal === undefined
      ? 'See what would follow with "scim-bridge adopt --all" or by name; adopt with --by and --reason besides.'
      : printable(refusal)
  return `Rules want these, the account has them, and they are not ours:\n\n${table(lines)}\n\n${next}\n`
}

export function adoptedText(
  { done, adopted, kept, plan, problems }: z.output<typeof adoptedSchema>,
  options: TextOptions,
): string {
  if (done) {
    return `Adopted ${plural(adopted.length, 'thing')}; ${plural(kept.length, 'element')} beyond the rules stay.\n`
  }
  const lines = [
    `To be adopted: ${adopted.map(({ kind, name }) => `${kind} "${printable(name)}"`).join(', ') || 'nothing'}.`,
    ...(kept.length === 0 ? [] : ['', 'Stays, though no rule wants it:']),
    ...kept.map(({ group, kind, title }) => `  ${printable(group)}: ${kind} ${printable(title)}`),
    '',
    plan.steps.length === 0
      ? 'The next full pass would change nothing.'
      : 'The next full pass would do this:',
    ...stepLines(plan.steps, options),
    ...problems.map(problem => `Not all is known: ${printable(problem)}`),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

export function keptText({ kept }: z.output<typeof keptSchema>): string {
  if (kept.length === 0) return 'Adopted groups keep nothing beyond the rules.\n'
  const lines = kept.map(({ id, groupName, kind, title, reason, by }) => [
    id,
    printable(groupName),
    `${kind} ${printable(title)}`,
    `${printable(reason)} (${printable(by)})`,
  ])
  return `${table(lines)}\n\nGive one up with "scim-bridge adopt release <id> --by <name> --reason <text>".\n`
}
