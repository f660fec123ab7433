/** The registry, and what became of importing or taking it over, for people. Pure. */
import type { z } from 'zod'
import type {
  claimedSchema,
  importedSchema,
  migratedSchema,
  ownershipSchema,
} from '../../http/ops/ownership.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

export function ownershipText({ instance, account, epoch, rows }: z.output<typeof ownershipSchema>): string {
  const head = `Instance ${instance} looks after account ${account} (epoch ${epoch}).`
  if (rows.length === 0) return `${head}\nThe registry is empty.\n`
  const others = [...Map.groupBy(rows, row => row.instance)].filter(([id]) => id !== instance)
  const lines = rows
    .filter(row => row.instance === instance)
    .map(row => [row.kind, printable(row.name), originText(row), row.at, row.dynatraceId ?? ''])
  const told = others.map(
    ([id, held]) => `${entries(held.length)} of instance ${id} are on record, and not ours.`,
  )
  return `${[head, '', table(lines), '', ...told].join('\n').trimEnd()}\n`
}

type Row = z.output<typeof ownershipSchema>['rows'][number]

function originText({ how, by, state }: Row): string {
  if (state === 'creating') return 'being made'
  return by === null ? how : `${how} by ${printable(by)}`
}

export function importedText({
  done,
  instance,
  ours,
  rows,
  leftOut,
}: z.output<typeof importedSchema>): string {
  const what = `${entries(rows.length)} of instance ${instance}`
  const lines = [
    done ? `Imported ${what}.` : `Would import ${what}:`,
    ...(done ? [] : rows.map(thingLine)),
    ...leftOut.map(each => `Left out ${each.kind} "${printable(each.name)}": ${each.why}`),
    ...(ours
      ? []
      : [
          `They are on record, and not ours. To take them over: scim-bridge ownership migrate --from ${instance}`,
        ]),
  ]
  return `${lines.join('\n')}\n`
}

export function migratedText({ done, from, rows, leftOut, marker }: z.output<typeof migratedSchema>): string {
  const what = `${entries(rows.length)} of instance ${from}`
  const lines = [
    done ? `Took over ${what}.` : `Would take over ${what}:`,
    ...(done ? [] : rows.map(thingLine)),
    ...leftOut.map(
      each => `Left out ${each.kind} "${printable(each.name)}": this installation has one of that name.`,
    ),
    ...(marker
      ? [done ? 'The account is marked as ours.' : 'The marker of the account would be ours, too.']
      : []),
  ]
  return `${lines.join('\n')}\n`
}

export function claimedText({ before, instance, epoch }: z.output<typeof claimedSchema>): string {
  const from = before === undefined || before === instance ? '' : `, after instance ${before}`
  return `Instance ${instance} looks after the account now (epoch ${epoch})${from}.\n`
}

const thingLine = ({ kind, name, dynatraceId }: Pick<Row, 'kind' | 'name' | 'dynatraceId'>): string =>
  `  ${kind} "${printable(name)}"${dynatraceId === null ? '' : ` (${dynatraceId})`}`

const entries = (count: number): string => (count === 1 ? '1 entry' : `${count} entries`)
