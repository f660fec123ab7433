/** Takes the marker of the account over: from then on this installation looks after it, and the other one observes. */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Store } from '../../store/store.ts'
import { type Refused, refused } from '../adopt/adopt.ts'
import { installationId } from '../installation.ts'
import { listGroups } from '../managed-groups.ts'
import type { Word } from './import-registry.ts'
import { type Mark, type MarkerSight, seeMarker } from './marker.ts'
import { readMarkerMemory } from './marker-memory.ts'
import { writeMarker } from './write-marker.ts'

interface ClaimParts {
  readonly store: Store
  readonly dynatrace: Dynatrace
  readonly clock: Clock
}

export interface Claimed {
  /** Whose it was; undefined when nobody had marked the account. */
  readonly before: string | undefined
  readonly instance: string
  readonly epoch: number
}

/** @throws UpstreamError when the marker cannot be read or written. */
export async function claimMarker({ by, reason }: Word, parts: ClaimParts): Promise<Claimed | Refused> {
  const sight = await see(parts)
  if (sight.kind === 'taken') {
    return refused(
      'marker-name-taken',
      `The group "${sight.group.name}" of the account is no marker of a bridge. Rename or delete it in Dynatrace first.`,
    )
  }
  const before = sight.kind === 'none' ? undefined : sight.mark?.instance
  const instance = await installationId(parts.store)
  const { epoch } = await writeMarker(
    {
      instance,
      over: sight.kind === 'none' ? undefined : sight.group,
      since: undefined,
      entries: mark => [
        { kind: 'ownership.claimed', actor: by, data: { reason, before, epoch: mark.epoch } },
      ],
    },
    parts,
  )
  return { before, instance, epoch }
}

/** The mark of whoever else looks after the account. */
export async function othersMark(parts: ClaimParts): Promise<Mark | undefined> {
  const sight = await see(parts)
  return sight.kind === 'others' ? sight.mark : undefined
}

async function see({ store, dynatrace }: ClaimParts): Promise<MarkerSight> {
  const groups = await listGroups(dynatrace)
  return seeMarker(groups, await installationId(store), await readMarkerMemory(store.db))
}
