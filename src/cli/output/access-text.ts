/** What a person may do and why, place by place, in lines that fit a terminal. Pure. */
import type { AccessIn, Grant } from '../../access/explain/grants.ts'
import { wrapped } from './columns.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

export interface PersonAccess {
  readonly userName: string
  readonly email?: string | undefined
  readonly active: boolean
  readonly access: readonly (Omit<AccessIn, 'grants'> & {
    readonly grants: readonly (Omit<Grant, 'zone'> & { readonly zone?: string | undefined })[]
  })[]
}

type Told = PersonAccess['access'][number]['grants'][number]

/** Lines are no wider, unless a name is. */
const WIDEST = 80
const INDENT = '  '
const PATH = '      '

export function accessText({ userName, email, active, access }: PersonAccess, options: TextOptions): string {
  const paint = painter(options)
  const notes = [
    ...(active ? [] : ['deactivated in the IdP: what is listed here is taken away']),
    ...(email === undefined ? ['no usable e-mail address, so unknown to Dynatrace'] : []),
    ...(email === undefined || email === userName ? [] : [`in Dynatrace ${email}`]),
  ]
  const title = `Access of ${printable(userName)}`
  const head = notes.length === 0 ? title : `${title} (${printable(notes.join('; '))})`
  const lines = wrapped(head, { first: '', rest: INDENT, widest: WIDEST, style: line => paint('bold', line) })
  const places = access.flatMap(({ where, grants }) => {
    const place = where === 'account' ? 'account' : `${where.name} (${where.id})`
    const given = grants.length === 0 ? [`${INDENT}(no access)`] : grantLines(grants)
    return ['', paint('bold', printable(place)), ...given]
  })
  return `${[...lines, ...places].join('\n')}\n`
}

/** What is granted, and below it through what. */
function grantLines(grants: readonly Told[]): readonly string[] {
  return grants.flatMap(grant => [
    ...wrapped(what(grant), { first: INDENT, rest: PATH, widest: WIDEST }),
    ...wrapped(path(grant), { first: PATH, rest: `${PATH}${INDENT}`, widest: WIDEST }),
  ])
}

function what({ kind, name, parameters, zone, boundaries }: Told): string {
  const values = Object.entries(parameters).map(([parameter, value]) => `${parameter}=${value}`)
  const given = [...values, ...(zone === undefined ? [] : [`zone ${zone}`])]
  const within = boundaries.length === 0 ? '' : `, within ${boundaries.join(' + ')}`
  const title = kind === 'role' ? `role ${name}` : name
  return printable(`${title}${given.length === 0 ? '' : ` (${given.join(', ')})`}${within}`)
}

const path = ({ dynatraceGroup, idpGroup, rule }: Told): string =>
  printable(`${idpGroup} → rule ${rule} → group ${dynatraceGroup}`)
