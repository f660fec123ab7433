/** What operators can do about ownership: look, export, import, take over. */
import type { DynatraceConnection } from '../../dynatrace/dynatrace.ts'
import type { Clock } from '../../lib/clock.ts'
import { shortId } from '../../lib/ids.ts'
import type { Store } from '../../store/store.ts'
import type { Refused } from '../adopt/adopt.ts'
import { installationId } from '../installation.ts'
import { type Claimed, claimMarker } from './claim-marker.ts'
import { type Imported, importRegistry, type Word } from './import-registry.ts'
import { type OwnershipView, viewOwnership } from './list-registry.ts'
import { type Migrated, migrateRegistry } from './migrate-registry.ts'
import { exportRegistry, type RegistryFile } from './registry-file.ts'

export interface OwnershipDesk {
  list(): Promise<OwnershipView>
  export(): Promise<RegistryFile>
  import(file: RegistryFile, word: Word & { readonly rehearse: boolean }): Promise<Imported | Refused>
  migrate(from: string, word: Word & { readonly rehearse: boolean }): Promise<Migrated | Refused>
  claim(word: Word): Promise<Claimed | Refused>
}

export function ownershipDesk({
  store,
  clock,
  connection,
}: {
  readonly store: Store
  readonly clock: Clock
  readonly connection: Pick<DynatraceConnection, 'with'>
}): OwnershipDesk {
  const parts = () => ({
    store,
    clock,
    dynatrace: connection.with({ runId: shortId('ownership'), requestIds: [] }),
  })
  const account = () => parts().dynatrace.accountId
  return {
    list: () => viewOwnership(store.db, account()),
    async export() {
      await installationId(store)
      return exportRegistry(store.db, { account: account(), now: clock.now() })
    },
    import: (file, word) => importRegistry(file, word, parts()),
    migrate: (from, word) => migrateRegistry(from, word, parts()),
    claim: word => claimMarker(word, parts()),
  }
}
