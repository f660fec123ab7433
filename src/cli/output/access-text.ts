/** What a person may do and why, as one table per place. Pure. */
import type { AccessIn, Grant } from '../../access/explain.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

export interface PersonAccess {
  readonly userName: string
  readonly email?: string | undefined
  readonly active: boolean
  readonly access: readonly AccessIn[]
}

export function accessText({ userName, email, active, access }: PersonAccess, options: TextOptions): string {
  const paint = painter(options)
  const notes = [
    ...(active ? [] : ['deactivated in the IdP: what is listed here is taken away']),
    ...(email === undefined ? ['no usable e-mail address, so unknown to Dynatrace'] : []),
    ...(email === undefined || email === userName ? [] : [`in Dynatrace ${email}`]),
  ]
  const title = paint('bold', `Access of ${printable(userName)}`)
  const header = ['WHERE', 'WHAT', 'LIMITED TO', 'DYNATRACE GROUP', 'IDP GROUP', 'RULE']
  const rows = [header.map(cell => paint('dim', cell)), ...access.flatMap(rowsOf)]
  return `${notes.length === 0 ? title : `${title} (${printable(notes.join('; '))})`}\n\n${table(rows)}\n`
}

function rowsOf({ where, grants }: AccessIn): readonly (readonly string[])[] {
  const place = printable(where === 'account' ? 'account' : `${where.name} (${where.id})`)
  if (grants.length === 0) return [[place, '(no access)']]
  return grants.map((grant, index) => [
    index === 0 ? place : '',
    ...[what(grant), limits(grant), grant.dynatraceGroup, grant.idpGroup, grant.rule].map(printable),
  ])
}

function what({ kind, name, parameters }: Grant): string {
  const values = Object.entries(parameters).map(([parameter, value]) => `${parameter}=${value}`)
  return `${kind === 'role' ? 'role ' : ''}${name}${values.length === 0 ? '' : ` (${values.join(', ')})`}`
}

const limits = ({ boundaries }: Grant): string => (boundaries.length === 0 ? '–' : boundaries.join(' + '))
