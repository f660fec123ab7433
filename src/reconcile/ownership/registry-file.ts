/** The registry as a file: what `ownership export` writes and `ownership import` reads. */
import { z } from 'zod'
import type { Reader } from '../../store/store.ts'
import { knownInstallation } from '../installation.ts'

const VERSION = 1
const text = z
  .string()
  .min(1)
  .max(4000)
  .regex(/^[^\0]*$/, 'must not hold NUL characters')

const row = z.strictObject({
  kind: z.enum(['user', 'group', 'policy', 'boundary', 'right']),
  dynatraceId: text.nullable().describe('Id in Dynatrace; of a right that of its group.'),
  name: text,
  nameKey: text,
  state: z.enum(['creating', 'owned']),
  sources: z.array(text).readonly(),
  how: z.enum(['created', 'adopted', 'imported']),
  by: text.nullable(),
  at: z.iso.datetime(),
})

const element = z.strictObject({
  groupId: text,
  kind: z.enum(['member', 'binding', 'permission']),
  key: text,
  title: text,
  standing: z.enum(['kept', 'covered']),
  reason: text,
  by: text,
  at: z.iso.datetime(),
})

export const registryFileSchema = z
  .strictObject({
    format: z.literal('dynatrace-scim-bridge ownership'),
    version: z.literal(VERSION),
    instance: z.uuid().describe('The installation whose registry it is.'),
    account: text.describe('uuid of the Dynatrace account.'),
    exportedAt: z.iso.datetime(),
    rows: z.array(row).max(1_000_000).readonly(),
    kept: z.array(element).max(1_000_000).readonly().describe('What adopted groups held before.'),
  })
  .readonly()

export type RegistryFile = z.output<typeof registryFileSchema>
export type RegistryRow = RegistryFile['rows'][number]

export async function exportRegistry(
  db: Reader,
  { account, now }: { readonly account: string; readonly now: Date },
): Promise<RegistryFile> {
  const instance = (await knownInstallation(db)) ?? ''
  const rows = await db
    .selectFrom('ownership')
    .select(['kind', 'dynatraceId', 'name', 'nameKey', 'state', 'sources', 'how', 'by', 'at'])
    .where('instance', '=', instance)
    .orderBy('kind')
    .orderBy('nameKey')
    .execute()
  const kept = await db
    .selectFrom('keptElements')
    .select(['groupId', 'kind', 'key', 'title', 'standing', 'reason', 'by', 'at'])
    .where('instance', '=', instance)
    .orderBy('groupId')
    .orderBy('kind')
    .orderBy('key')
    .execute()
  return {
    format: 'dynatrace-scim-bridge ownership',
    version: VERSION,
    instance,
    account,
    exportedAt: now.toISOString(),
    rows: rows.map(each => ({ ...each, sources: sourcesIn(each.sources) })),
    kept,
  }
}

export const sourcesIn = (json: string): string[] => z.array(z.string()).parse(JSON.parse(json))
