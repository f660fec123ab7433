/** The matrix as CSV (RFC 4180): lines end in CR LF, fields are quoted where they must be. */
import { bindingText, roleText } from '../compare/rights-in.ts'
import type { Place } from '../impact/side.ts'
import type { MatrixCell, MatrixRow } from './matrix.ts'

export const csvHead = (places: readonly Place[]): string =>
  csvLine(['group', 'IdP groups', 'rules', 'active members', ...places.map(placeText)])

export const csvRow = ({ group, idpGroups, rules, members, cells }: MatrixRow): string =>
  csvLine([group, idpGroups.join('; '), rules.join('; '), String(members), ...cells.map(cellText)])

/** A group the rules contradict each other about: nothing of it is known. */
export const csvUnknownRow = (group: string, places: number): string =>
  csvLine([
    group,
    '',
    '',
    '',
    ...Array.from({ length: places }, () => 'not known: rules contradict each other'),
  ])

/** What one group has in one place: `team data (team=a) within "b"; role tenant-viewer`. */
const cellText = ({ policies, roles }: MatrixCell): string =>
  [
    ...policies.map(policy => `${bindingText(policy)}${policy.inherited ? ' [account]' : ''}`),
    ...roles.map(role => `role ${roleText(role)}`),
  ].join('; ')

const placeText = (place: Place): string =>
  place.kind === 'account' ? 'account' : `${place.name} (${place.id})`

export const csvLine = (fields: readonly string[]): string =>
  `${fields.map(text => quoted(harmless(text))).join(',')}\r\n`

/** A spreadsheet takes what begins like this for a formula, and names come from outside. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
