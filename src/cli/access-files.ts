/** Reading the access model from its files, for commands and checks that look at it once. */
import { includesOf } from '../access/access-files.ts'
import { type ParsedAccessModel, parseAccessFiles } from '../access/parse.ts'
import { loadAccessFiles } from '../config/access-file.ts'
import { BridgeError } from '../lib/errors.ts'

/**
 * `bridge.yaml` with all that it includes. Throws `BridgeError` `bad-access-model` when the file itself cannot be read;
 * what is wrong in it, or with files that it includes, is in the answer.
 */
export async function readAccessModel(path: string, now: Date = new Date()): Promise<ParsedAccessModel> {
  const loaded = await loadAccessFiles(path, includesOf)
  if (loaded.kind === 'unreadable') throw new BridgeError('bad-access-model', loaded.problem)
  return parseAccessFiles(loaded, now)
}
