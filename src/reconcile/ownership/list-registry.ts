/** The registry for people: what is whose, and how it came to be. */
import type { Reader } from '../../store/store.ts'
import { knownInstallation } from '../installation.ts'
import { readMarkerMemory } from './marker-memory.ts'
import type { RegistryRow } from './registry-file.ts'

export interface OwnershipView {
  /** Id of this installation; empty before its first start. */
  readonly instance: string
  /** uuid of the Dynatrace account. */
  readonly account: string
  /** How many times an instance of this installation began to act; 0: never. */
  readonly epoch: number
  readonly rows: readonly OwnershipLine[]
}

export interface OwnershipLine
  extends Pick<RegistryRow, 'kind' | 'name' | 'dynatraceId' | 'state' | 'how' | 'by' | 'at'> {
  readonly instance: string
}

export async function viewOwnership(db: Reader, account: string): Promise<OwnershipView> {
  const rows = await db
    .selectFrom('ownership')
    .select(['instance', 'kind', 'name', 'dynatraceId', 'state', 'how', 'by', 'at'])
    .orderBy('instance')
    .orderBy('kind')
    .orderBy('name')
    .execute()
  const { epoch } = await readMarkerMemory(db)
  return { instance: (await knownInstallation(db)) ?? '', account, epoch, rows }
}
