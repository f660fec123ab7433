/**
 * Looks at the marker with each pass and writes it once in the life of a process, before that acts for the first time.
 * As long as another installation has marked the account, this one only observes.
 */
import type { AccountGroup, Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { Clock } from '../../lib/clock.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Store } from '../../store/store.ts'
import { installationId } from '../installation.ts'
import { listGroups } from '../managed-groups.ts'
import { type MarkerSight, seeMarker } from './marker.ts'
import { markerNotWritten, markerTaken, secondInstance, standsBack } from './marker-findings.ts'
import { readMarkerMemory } from './marker-memory.ts'
import { writeMarker } from './write-marker.ts'

/** What a pass may do, as far as other bridges are concerned. */
export interface MarkerVerdict {
  /** Why nothing may be done; undefined when this bridge is the one that looks after the account. */
  readonly refusal: string | undefined
  readonly findings: readonly Finding[]
}

export interface MarkerKeeper {
  /** `groups`: as listed in this pass; undefined when it has no need of them. `acts`: whether it may change anything. */
  look(
    groups: readonly AccountGroup[] | undefined,
    asked: { readonly acts: boolean; readonly dynatrace: Dynatrace },
  ): Promise<MarkerVerdict>
}

export function markerKeeper({
  store,
  clock,
}: {
  readonly store: Store
  readonly clock: Clock
}): MarkerKeeper {
  let newest: MarkerVerdict | undefined
  /** Whether this process has written the marker. */
  let written = false

  async function see(groups: readonly AccountGroup[]): Promise<MarkerSight> {
    return seeMarker(groups, await installationId(store), await readMarkerMemory(store.db))
  }

  async function write(
    sight: Extract<MarkerSight, { kind: 'none' | 'ours' }>,
    dynatrace: Dynatrace,
  ): Promise<MarkerVerdict> {
    const own = sight.kind === 'ours' ? sight : undefined
    try {
      await writeMarker(
        {
          instance: await installationId(store),
          over: own?.group,
          since: own?.mark?.since,
          entries: ({ epoch }) => [
            { kind: 'ownership.marked', actor: 'bridge', data: { epoch, group: own?.group.id } },
          ],
        },
        { store, dynatrace, clock },
      )
      written = true
    } catch (error) {
      return { refusal: undefined, findings: [markerNotWritten(messageOf(error))] }
    }
    // Another bridge may have begun in the same moment; the older marker counts.
    return own === undefined ? verdictOn(await see(await listGroups(dynatrace))) : fine
  }

  return {
    async look(groups, { acts, dynatrace }) {
      if (groups === undefined && newest !== undefined) return newest
      const sight = await see(groups ?? (await listGroups(dynatrace)))
      const isUnwritten = sight.kind === 'none' || (sight.kind === 'ours' && needsWriting(sight, written))
      const verdict = acts && isUnwritten ? await write(sight, dynatrace) : verdictOn(sight)
      newest = verdict
      return verdict
    },
  }
}

/** At the beginning, and where somebody edited it. */
const needsWriting = ({ mark }: Extract<MarkerSight, { kind: 'ours' }>, written: boolean): boolean =>
  !written || mark === undefined

const fine: MarkerVerdict = { refusal: undefined, findings: [] }

function verdictOn(sight: MarkerSight): MarkerVerdict {
  switch (sight.kind) {
    case 'none':
    case 'ours':
      return fine
    case 'taken':
      return { refusal: undefined, findings: [markerTaken(sight.group)] }
    case 'others':
      return { refusal: standsBack(sight.mark), findings: [secondInstance(sight.mark)] }
  }
}
