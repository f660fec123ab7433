/** Environments of the account that bridge.yaml does not know. Pure. */
import type { AccessModel } from '../access/model.ts'
import type { Finding } from '../lib/finding.ts'
import type { Catalogue } from './catalogue.ts'

/** Inactive ones take no rights anyway. */
export function unlistedEnvironments(
  { environments }: Pick<AccessModel, 'environments'>,
  catalogue: Pick<Catalogue, 'environments'> | undefined,
): readonly Finding[] {
  const listed = new Set(environments.map(({ id }) => id))
  const found = [...(catalogue?.environments.values() ?? [])].filter(
    ({ id, active }) => active && !listed.has(id),
  )
  return found.map(({ id, name }) => ({
    kind: 'environment-not-listed',
    severity: 'info',
    subject: `environment ${id}`,
    message: `The account has an active environment ${name === id ? id : `${name} (${id})`} that bridge.yaml does not list: nothing is granted there but what holds for the whole account.`,
    remedy: 'List it under "environments" in bridge.yaml with the labels that rules select by.',
  }))
}
