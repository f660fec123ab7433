/** Files that a command makes: never over one that is there, unless it is told to. */
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf } from '../../lib/errors.ts'
import { CliError } from '../cli-error.ts'

/** Only its owner may read it: such files name people and say what they may do. */
const MODE = 0o600

/** `mayReplace`: the option `--force`. Throws `CliError` that names the file and what to do. */
export async function writeNewFile(path: string, text: string, mayReplace: boolean): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => unwritable(path, error))
  try {
    await writeFile(path, text, { flag: mayReplace ? 'w' : 'wx', mode: MODE })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw existing(path)
    unwritable(path, error)
  }
}

/** Asked before anything is read, so that nobody waits for nothing. */
export async function refuseExisting(path: string, mayReplace: boolean): Promise<void> {
  if (mayReplace) return
  const found = await stat(path).catch(() => undefined)
  if (found !== undefined) throw existing(path)
}

const existing = (path: string): CliError =>
  new CliError(
    'file-exists',
    `${path} is there already. Give another place with --out, or --force to write over it.`,
  )

function unwritable(path: string, error: unknown): never {
  throw new CliError(
    'unwritable',
    `${path} cannot be written: ${messageOf(error)}. Give another place with --out.`,
  )
}
