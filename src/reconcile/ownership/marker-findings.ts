/** What a person should know of the marker of the account. */
import { MARKER_GROUP } from '../../access/reserved-names.ts'
import type { AccountGroup } from '../../dynatrace/dynatrace.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Mark } from './marker.ts'

/** The reason with each step that is refused. */
export const standsBack = ({ instance, since }: Mark): string =>
  `Another bridge (instance ${instance}) looks after this account since ${since}; this one only observes.`

export const secondInstance = (mark: Mark): Finding => ({
  kind: 'second-instance',
  severity: 'error',
  subject: `instance ${mark.instance}`,
  message: `${standsBack(mark)} It is a bridge with another database, or a copy of this one (epoch ${mark.epoch}).`,
  remedy:
    'Stop one of the two. If this one is to go on, take the account over: ' +
    'scim-bridge ownership claim --by <name> --reason <text>.',
})

export const markerTaken = ({ owner }: AccountGroup): Finding => ({
  kind: 'marker-name-taken',
  severity: 'warning',
  subject: `group ${MARKER_GROUP}`,
  message: `The account has a ${owner} group "${MARKER_GROUP}" that is no marker of a bridge, so a second bridge on this account would not be noticed.`,
  remedy: 'Rename or delete that group in Dynatrace; the bridge marks the account then.',
})

export const markerNotWritten = (why: string): Finding => ({
  kind: 'marker-not-written',
  severity: 'warning',
  subject: `group ${MARKER_GROUP}`,
  message: `The account could not be marked as looked after by this bridge, so a second one may not notice it: ${why}`,
  remedy: 'Nothing, if it passes: the next pass tries again. Else see to what Dynatrace says.',
})

/** A rule gives its group the name of the marker. */
export const reservedName = (name: string): Finding => ({
  kind: 'reserved-name',
  severity: 'error',
  subject: `group ${name}`,
  message: `A rule names its group "${name}", which is the name of the group that marks the account; nobody gets access by it.`,
  remedy: 'Choose another name for the group in bridge.yaml.',
})
