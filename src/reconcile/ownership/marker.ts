/**
 * The marker: a local group without members and rights whose description says which bridge looks after the account, so
 * that two bridges on one account find out before they undo each other's work.
 */
import { MARKER_GROUP } from '../../access/reserved-names.ts'
import type { AccountGroup } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'

/** What one life of a bridge wrote. */
export interface Mark {
  /** The installation. */
  readonly instance: string
  /** Grows by one each time an instance begins to act. */
  readonly epoch: number
  /** Random: tells two copies of one database apart that count the same. */
  readonly nonce: string
  /** Since when that installation looks after the account; ISO 8601. */
  readonly since: string
}

/** What an installation remembers of its marker. */
export interface MarkerMemory {
  /** uuid of the group; undefined as long as it was not made. */
  readonly group: string | undefined
  /** Nonces of what is known to be there, and of what was begun since and may be. */
  readonly nonces: readonly string[]
  readonly epoch: number
}

export const noMemory: MarkerMemory = { group: undefined, nonces: [], epoch: 0 }

export type MarkerSight =
  /** Nobody has marked the account. */
  | { readonly kind: 'none' }
  | { readonly kind: 'ours'; readonly group: AccountGroup; readonly mark: Mark | undefined }
  /** Another installation, or a copy of our own database, looks after the account. */
  | { readonly kind: 'others'; readonly group: AccountGroup; readonly mark: Mark }
  /** A group of that name which is no marker. */
  | { readonly kind: 'taken'; readonly group: AccountGroup }

/** Of several markers the oldest counts: whoever came first goes on. */
export function seeMarker(
  groups: readonly AccountGroup[],
  instance: string,
  memory: MarkerMemory,
): MarkerSight {
  const named = groups.filter(group => isMarkerName(group) || group.id === memory.group)
  const marked = named
    .flatMap(group => {
      const mark = readMark(group.description)
      return mark === undefined || group.owner !== 'LOCAL' ? [] : [{ group, mark }]
    })
    .sort((one, other) => (ageOf(one.group) < ageOf(other.group) ? -1 : 1))
  const [first] = marked
  if (first !== undefined) {
    const isOurs = first.mark.instance === instance && memory.nonces.includes(first.mark.nonce)
    return isOurs ? { kind: 'ours', ...first } : { kind: 'others', ...first }
  }
  // Somebody edited the text; the uuid tells that it is ours all the same.
  const own = named.find(group => group.id === memory.group)
  if (own !== undefined) return { kind: 'ours', group: own, mark: undefined }
  const [taken] = named
  return taken === undefined ? { kind: 'none' } : { kind: 'taken', group: taken }
}

const ageOf = ({ createdAt, id }: AccountGroup): string => `${createdAt ?? '9'} ${id}`

export const isMarkerName = ({ name }: Pick<AccountGroup, 'name'>): boolean =>
  foldKey(name.trim()) === MARKER_GROUP

/** What the account holds besides markers. */
export const withoutMarkers = (groups: readonly AccountGroup[]): readonly AccountGroup[] =>
  groups.some(isMarker) ? groups.filter(group => !isMarker(group)) : groups

const isMarker = (group: AccountGroup): boolean =>
  group.owner === 'LOCAL' && isMarkerName(group) && readMark(group.description) !== undefined

/** The description of the group, for people and for other bridges. */
export const markText = ({ instance, epoch, nonce, since }: Mark): string =>
  'Says which SCIM bridge looks after this account; it grants nothing. Do not edit or delete it. ' +
  `instance ${instance} epoch ${epoch} mark ${nonce} since ${since}`

const MARK =
  /\binstance (?<instance>[0-9a-f-]{36}) epoch (?<epoch>\d{1,9}) mark (?<nonce>[0-9a-f]+) since (?<since>\S+)/

export function readMark(description: string): Mark | undefined {
  const found = MARK.exec(description)?.groups
  const { instance, epoch, nonce, since } = found ?? {}
  if (instance === undefined || epoch === undefined || nonce === undefined || since === undefined)
    return undefined
  return { instance, epoch: Number(epoch), nonce, since }
}
