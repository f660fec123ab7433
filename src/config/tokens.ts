/** Bearer tokens for people who did not choose any: generated once, kept in the data folder. */
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BridgeError, messageOf } from '../lib/errors.ts'
import { token as tokenSchema } from './setting-values.ts'

export interface KeptToken {
  readonly token: string
  /** The file that holds it, for telling people where to look. */
  readonly path: string
  /** Whether it was made just now. */
  readonly created: boolean
}

/**
 * The token in `<dataDir>/<name>.token`, readable by its owner alone; made when there is none. Several
 * processes that start at once agree on one. Throws `BridgeError` when the folder or file is unusable.
 */
export async function ensureToken(dataDir: string, name: 'scim' | 'admin'): Promise<KeptToken> {
  const path = join(dataDir, `${name}.token`)
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const kept = await readKept(path)
    if (kept !== undefined) return { token: kept, path, created: false }
    const created = await writeNew(path, randomBytes(32).toString('base64url'))
    return { token: (await readKept(path)) ?? '', path, created }
  } catch (error) {
    if (error instanceof BridgeError) throw error
    throw new BridgeError(
      'token-unusable',
      `The token file ${path} cannot be read or written (${messageOf(error)}): make the folder writable, or set BRIDGE_${name.toUpperCase()}_TOKEN.`,
      { cause: error },
    )
  }
}

async function readKept(path: string): Promise<string | undefined> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (content === undefined) return undefined
  const token = tokenSchema.safeParse(content.trim())
  if (token.success) return token.data
  const message = `The token in ${path} ${token.error.issues[0]?.message ?? 'is malformed'}: correct it, or delete the file to have a new one made.`
  throw new BridgeError('token-unusable', message)
}

/** Appears under its name complete or not at all; answers false when another process was first. */
async function writeNew(path: string, token: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${token}\n`)
    await file.sync()
    await link(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await file.close()
    await unlink(draft)
  }
}

function codeOf(error: unknown): string | undefined {
  return z.object({ code: z.string() }).safeParse(error).data?.code
}
