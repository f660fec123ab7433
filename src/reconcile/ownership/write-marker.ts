/** Writes the marker: first into the database as intended, then into the account, then as written. */
import { randomBytes } from 'node:crypto'
import { MARKER_GROUP } from '../../access/reserved-names.ts'
import type { AccountGroup, Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { Clock } from '../../lib/clock.ts'
import type { JournalEntry } from '../../store/journal-entry.ts'
import type { Store } from '../../store/store.ts'
import { type Mark, markText } from './marker.ts'
import { changeMarkerMemory } from './marker-memory.ts'

/** `over`: the group that is the marker already. @throws UpstreamError; what was intended is accepted all the same. */
export async function writeMarker(
  {
    instance,
    over,
    since,
    entries,
  }: {
    readonly instance: string
    readonly over: AccountGroup | undefined
    /** Since when this installation looks after the account; undefined: from now. */
    readonly since: string | undefined
    readonly entries: (mark: Mark) => readonly JournalEntry[]
  },
  {
    store,
    dynatrace,
    clock,
  }: { readonly store: Store; readonly dynatrace: Dynatrace; readonly clock: Clock },
): Promise<Mark> {
  const at = clock.now().toISOString()
  const nonce = randomBytes(6).toString('hex')
  const { epoch } = await changeMarkerMemory(
    store,
    memory => ({ ...memory, epoch: memory.epoch + 1, nonces: [...memory.nonces, nonce] }),
    { entries: [], at },
  )
  const mark = { instance, epoch, nonce, since: since ?? at }
  const description = markText(mark)
  const group = await put({ over, description }, dynatrace)
  await changeMarkerMemory(
    store,
    // What another process intended meanwhile may still come about.
    memory => ({ ...memory, group, nonces: memory.nonces.slice(memory.nonces.indexOf(nonce)) }),
    { entries: entries(mark), at },
  )
  return mark
}

async function put(
  { over, description }: { readonly over: AccountGroup | undefined; readonly description: string },
  { groups }: Dynatrace,
): Promise<string | undefined> {
  if (over === undefined) {
    const [made] = await groups.create([{ name: MARKER_GROUP, description }])
    return made?.id
  }
  await groups.update({ ...over, name: MARKER_GROUP, description })
  return over.id
}
