/** The access model in force: read at the start, replaced by a newer good one, kept when the newer one is bad. */
import { formatProblems } from '../access/format-problems.ts'
import type { AccessModel } from '../access/model.ts'
import { parseAccessModel } from '../access/parse.ts'
import { type AccessFileWatch, loadAccessFile, watchAccessFile } from '../config/access-file.ts'
import type { ConfigurationStatus } from '../http/ops/parts.ts'
import type { Clock } from '../lib/clock.ts'
import { BridgeError } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'

export interface AccessModelKeeper {
  current(): AccessModel
  status(): ConfigurationStatus
  /** Looks for changes of the file from now on and tells of each newer good model. */
  watch(onModel: (model: AccessModel) => void): AccessFileWatch
}

/** Throws `BridgeError` `bad-access-model`, whose message shows every mistake in the file at its place. */
export async function keepAccessModel(parts: {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
}): Promise<AccessModelKeeper> {
  const { path, clock, log } = parts
  const loaded = await loadAccessFile(path)
  if (loaded.kind === 'unreadable') throw new BridgeError('bad-access-model', loaded.problem)
  const parsed = parseAccessModel(loaded.text, path)
  if (parsed.kind === 'invalid') throw new BridgeError('bad-access-model', formatProblems(parsed.problems))
  warn(parsed.warnings)
  let model = parsed.model
  let loadedAt = clock.now().toISOString()
  let problem: string | undefined

  function warn(warnings: Extract<typeof parsed, { kind: 'valid' }>['warnings']): void {
    for (const each of warnings)
      log.warn({ path, line: each.line, column: each.column }, `${each.message}: ${each.remedy}`)
  }
  function take(text: string, onModel: (model: AccessModel) => void): void {
    const changed = parseAccessModel(text, path)
    if (changed.kind === 'invalid') {
      const [first] = changed.problems
      problem = `${path} has ${changed.problems.length} mistakes, the first in line ${first?.line}: ${first?.message}`
      for (const each of changed.problems) {
        log.error(
          { path, line: each.line, column: each.column, at: each.path },
          `${each.message}: ${each.remedy}`,
        )
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
      watchAccessFile({ path, text: loaded.text, clock, log, onChange: text => take(text, onModel) }),
  }
}
