/** What the bridge has on its own side: settings, tokens, data folder, database. */
import { access, constants, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Settings } from '../../config/settings.ts'
import { ensureToken } from '../../config/tokens.ts'
import { type Check, fault, ok, warning } from '../../dynatrace/probe/check.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Peek } from './peek.ts'

/** Both tokens, never shown. */
export async function tokenChecks(settings: Settings): Promise<readonly Check[]> {
  return [
    await tokenCheck(settings, 'scim', 'the identity provider'),
    await tokenCheck(settings, 'admin', 'operators'),
  ]
}

async function tokenCheck(
  { dataDir, scimToken, adminToken }: Settings,
  name: 'scim' | 'admin',
  whose: string,
): Promise<Check> {
  const id = `token.${name}`
  if ((name === 'scim' ? scimToken : adminToken) !== undefined) {
    return ok(id, `The token of ${whose} is in BRIDGE_${name.toUpperCase()}_TOKEN.`)
  }
  const path = join(dataDir, `${name}.token`)
  const file = await stat(path).catch(() => undefined)
  if (file === undefined) return ok(id, `The token of ${whose} is made at the first start, in ${path}.`)
  try {
    await ensureToken(dataDir, name)
  } catch (error) {
    return fault(id, messageOf(error))
  }
  if ((file.mode & 0o077) === 0) return ok(id, `The token of ${whose} is in ${path}.`)
  return warning(id, `Others on this machine may read ${path}.`, `Run: chmod 600 ${path}`)
}

export async function dataChecks(settings: Settings, seen: Peek): Promise<readonly Check[]> {
  return [...(await folderChecks(settings)), databaseCheck(settings, seen)]
}

async function folderChecks({
  dataDir,
  databaseUrl,
  scimToken,
  adminToken,
}: Settings): Promise<readonly Check[]> {
  // With these the folder holds nothing.
  if (databaseUrl !== undefined && scimToken !== undefined && adminToken !== undefined) return []
  const id = 'data.folder'
  const folder = await stat(dataDir).catch(() => undefined)
  const place = folder === undefined ? dirname(resolve(dataDir)) : dataDir
  const remedy =
    'Make it writable for the user that runs the bridge, or set BRIDGE_DATA_DIR to another folder.'
  if (folder !== undefined && !folder.isDirectory()) {
    return [fault(id, `${dataDir} is no folder.`, 'Set BRIDGE_DATA_DIR to a folder.')]
  }
  try {
    await access(place, constants.W_OK | constants.X_OK)
  } catch (error) {
    return [fault(id, `${place} cannot be written to (${messageOf(error)}).`, remedy)]
  }
  return [
    ok(
      id,
      folder === undefined
        ? `The data folder ${dataDir} is made at the first start.`
        : `The data folder ${dataDir} can be written to.`,
    ),
  ]
}

function databaseCheck({ databaseUrl }: Settings, seen: Peek): Check {
  const id = 'database'
  const { place } = seen
  switch (seen.kind) {
    case 'none':
      return ok(id, `${place} is empty yet: tables are made at the first start.`)
    case 'read': {
      const { groups, ownership } = seen.known
      const owned = ownership.groups.size
      return ok(id, `${place} answers: IdP groups ${groups.length}, groups of ours ${owned}.`)
    }
    case 'unusable':
      return fault(
        id,
        `${place} cannot be read (${seen.why}).`,
        databaseUrl === undefined
          ? 'Check the owner and permissions of the file, and that it is a database of the bridge.'
          : 'Check that it runs and is reachable from here, and user, password and database in DATABASE_URL.',
      )
  }
}
