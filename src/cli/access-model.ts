/** The access model in force: read at the start, replaced by a newer good one, kept when the newer one is bad. */
import { type AccessFiles, includesOf } from '../access/access-files.ts'
import { formatProblems } from '../access/format-problems.ts'
import type { AccessModel } from '../access/model.ts'
import { parseAccessFiles } from '../access/parse.ts'
import { type AccessFileWatch, loadAccessFiles, watchAccessFiles } from '../config/access-file.ts'
import type { ConfigurationStatus } from '../http/ops/parts.ts'
import type { Clock } from '../lib/clock.ts'
import { BridgeError } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'

export interface AccessModelKeeper {
  current(): AccessModel
  status(): ConfigurationStatus
  /** Looks for changes of the files from now on and tells of each newer good model. */
  watch(onModel: (model: AccessModel) => void): AccessFileWatch
}

/** Throws `BridgeError` `bad-access-model`, whose message shows every mistake in the files at its place. */
export async function keepAccessModel(parts: {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
}): Promise<AccessModelKeeper> {
  const { path, clock, log } = parts
  const loaded = await loadAccessFiles(path, includesOf)
  if (loaded.kind === 'unreadable') throw new BridgeError('bad-access-model', loaded.problem)
  const parsed = parseAccessFiles(loaded, clock.now())
  if (parsed.kind === 'invalid') throw new BridgeError('bad-access-model', formatProblems(parsed.problems))
  warn(parsed.warnings)
  let model = parsed.model
  let loadedAt = clock.now().toISOString()
  let problem: string | undefined

  function warn(warnings: Extract<typeof parsed, { kind: 'valid' }>['warnings']): void {
    for (const { file, line, column, message, remedy } of warnings)
      log.warn({ path: file, line, column }, `${message}: ${remedy}`)
  }
  function take(files: AccessFiles, onModel: (model: AccessModel) => void): void {
    const changed = parseAccessFiles(files, clock.now())
    if (changed.kind === 'invalid') {
      const [first] = changed.problems
      const where = first === undefined || first.file === path ? '' : `${first.file}, `
      const count =
        changed.problems.length === 1 ? '1 mistake,' : `${changed.problems.length} mistakes, the first`
      problem = `${path} has ${count} in ${where}line ${first?.line}: ${first?.message}`
      for (const { file, line, column, path: at, message, remedy } of changed.problems) {
        log.error({ path: file, line, column, at }, `${message}: ${remedy}`)
      }
      log.error({ path }, 'the changed access model is not valid: the last good one stays in force')
      return
    }
    warn(changed.warnings)
    model = changed.model
    loadedAt = clock.now().toISOString()
    problem = undefined
    log.info({ path, rules: model.rules.length }, 'a changed access model is in force')
    onModel(model)
  }
  return {
    current: () => model,
    status: () => ({ loadedAt, problem }),
    watch: onModel =>
      watchAccessFiles({
        ...{ path, includesOf, clock, log },
        files: loaded,
        onChange: files => take(files, onModel),
      }),
  }
}
