/** Files that a command makes: never over one that is there, unless it is told to. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf } from '../../lib/errors.ts'
import { CliError } from '../cli-error.ts'

/** Only its owner may read it: such files name people and say what they may do. */
const MODE = 0o600

/** `mayReplace`: the option `--force`. Throws `CliError` that names the file and what to do. */
export async function writeNewFile(path: string, text: string, mayReplace: boolean): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text, { flag: mayReplace ? 'w' : 'wx', mode: MODE })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new CliError(
        'file-exists',
        `${path} is there already. Give another file with --out, or --force to write over it.`,
      )
    }
    throw new CliError(
      'unwritable',
      `${path} cannot be written: ${messageOf(error)}. Give another place with --out.`,
    )
  }
}
