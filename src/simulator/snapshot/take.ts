/** Writes an account down as a snapshot. Its lists share their records with the account, which never edits them. */
import { levelOf } from '../account/binding-store.ts'
import type { Simulation } from '../simulation.ts'
import { type Snapshot, snapshotKind, snapshotVersion } from './schema.ts'

export function takeSnapshot({
  account,
  client,
  switches,
}: Pick<Simulation, 'account' | 'client' | 'switches'>) {
  const { uuid, name, ownerEmail, subjectEmail } = account
  return {
    kind: snapshotKind,
    version: snapshotVersion,
    account: { uuid, name, ownerEmail, subjectEmail },
    switches,
    client,
    environments: [...account.environments.values()],
    groups: [...account.groups.values()].map(group => ({
      ...group,
      permissions: account.permissions.get(group.uuid) ?? [],
    })),
    users: [...account.users.values()].map(user => ({
      ...user,
      groups: [...(account.groupsOfUser.get(user.uid) ?? [])],
    })),
    identities: [...account.identities].map(([key, identity]) => ({ key, ...identity })),
    policies: [...account.policies.values()],
    boundaries: [...account.boundaries.values()],
    bindings: [...account.bindings].flatMap(([key, byGroup]) => {
      const level = levelOf(key)
      return [...byGroup.values()].flat().map(binding => ({ level, ...binding }))
    }),
    audit: account.audit,
    apiTokens: [...account.apiTokens.values()],
    platformTokens: [...account.platformTokens.values()],
    documents: [...account.documents.values()],
    allowlists: [...account.allowlists].map(([environmentId, list]) => ({ environmentId, ...list })),
    environmentAudit: account.environmentAudit,
  } satisfies { readonly [Part in keyof Snapshot]: unknown }
}
