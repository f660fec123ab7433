/** The files that hold the access model, as texts: read once, then watched for changes. */
import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { sha256 } from '../lib/digest.ts'
import { messageOf } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'

type LoadedFile =
  | { readonly kind: 'read'; readonly name: string; readonly text: string }
  /** `message` goes on after the name of the file, as in `cannot be opened`. */
  | { readonly kind: 'unreadable'; readonly name: string; readonly message: string; readonly remedy: string }

/** Texts by the paths under which the main file includes them; `name` is the path to show. */
interface ReadFiles {
  readonly main: { readonly name: string; readonly text: string }
  readonly included: ReadonlyMap<string, LoadedFile>
}

export type LoadedAccessFiles =
  | ({ readonly kind: 'read' } & ReadFiles)
  /** The main file cannot be read. One sentence with the remedy. */
  | { readonly kind: 'unreadable'; readonly problem: string }

export interface AccessFileWatch {
  /** Resolves once nothing of the watch is running any more. */
  close(): Promise<void>
}

/** Which files a main file includes: paths from its folder on, that stay within it. */
export type IncludesOf = (text: string) => readonly string[]

const largest = 1024 * 1024
const betweenLooksMs = 1000

/** Reads the main file and all that it includes. Never throws; included files may be unreadable each. */
export async function loadAccessFiles(path: string, includesOf: IncludesOf): Promise<LoadedAccessFiles> {
  const main = await loadFile(path, 'correct BRIDGE_CONFIG or the permissions of the file')
  if (main.kind === 'unreadable') {
    return { kind: 'unreadable', problem: `The access model ${path} ${main.message}: ${main.remedy}.` }
  }
  const included = new Map<string, LoadedFile>()
  const missing = 'correct the path or the permissions of the file'
  for (const include of includesOf(main.text)) {
    included.set(include, await loadFile(join(dirname(path), include), missing))
  }
  return { kind: 'read', main, included }
}

async function loadFile(name: string, remedy: string): Promise<LoadedFile> {
  const unreadable = (message: string, remedy: string): LoadedFile => ({
    ...{ kind: 'unreadable', name, message, remedy },
  })
  const file = await open(name, 'r').catch((error: unknown) => messageOf(error))
  if (typeof file === 'string') {
    return unreadable(`cannot be opened (${file})`, remedy)
  }
  try {
    const { size } = await file.stat()
    if (size > largest) return unreadable('is larger than 1 MiB', 'split or shorten it')
    const bytes = await file.readFile()
    if (!isUtf8(bytes)) return unreadable('is not UTF-8, so names in it would be misread', 'save it as UTF-8')
    return { kind: 'read', name, text: bytes.toString('utf8') }
  } catch (error) {
    return unreadable(`cannot be read (${messageOf(error)})`, 'give the path of a file')
  } finally {
    await file.close()
  }
}

/**
 * Looks at all the files every second and hands them on when they differ from those in force.
 *
 * They are handed on only when all were the same at two looks: an editor that writes in pieces, or a tool that swaps
 * one file after the other, would else show half a change, which may well be valid and grant less. Contents are
 * compared, not times, so that links swapped by Kubernetes and clocks that jump make no difference. When the main file
 * cannot be read nothing changes; an included file that is missing is a change, and so is its appearance.
 */
export function watchAccessFiles(watch: {
  readonly path: string
  readonly files: ReadFiles
  readonly includesOf: IncludesOf
  readonly onChange: (files: ReadFiles) => void | Promise<void>
  readonly clock: Clock
  readonly log: Log
}): AccessFileWatch {
  const stop = new AbortController()
  const finished = look(watch, stop.signal)
  return {
    close: async () => {
      stop.abort()
      await finished
    },
  }
}

async function look(watch: Parameters<typeof watchAccessFiles>[0], signal: AbortSignal): Promise<void> {
  const { path, onChange, clock, log } = watch
  const includesOf = remembering(watch.includesOf)
  let inForce = digestOf(watch.files)
  let previous = inForce
  let wasReadable = true
  while (!signal.aborted) {
    await clock.sleep(betweenLooksMs, signal)
    if (signal.aborted) return
    const loaded = await loadAccessFiles(path, includesOf)
    if (loaded.kind === 'unreadable') {
      if (wasReadable) log.warn({ path }, `${loaded.problem} The last good one stays in force.`)
      wasReadable = false
      continue
    }
    wasReadable = true
    const digest = digestOf(loaded)
    const settled = digest === previous
    previous = digest
    if (!settled || digest === inForce) continue
    inForce = digest
    await Promise.resolve(loaded)
      .then(onChange)
      .catch((error: unknown) =>
        log.error({ path, error: messageOf(error) }, 'the changed access model was not taken'),
      )
  }
}

/** The main file seldom changes from one look to the next. */
function remembering(includesOf: IncludesOf): IncludesOf {
  let last: { readonly text: string; readonly includes: readonly string[] } | undefined
  return text => {
    if (last?.text !== text) last = { text, includes: includesOf(text) }
    return last.includes
  }
}

function digestOf({ main, included }: ReadFiles): string {
  const parts = [...included].map(([path, file]) => [path, file.kind === 'read' ? file.text : file.message])
  return sha256(JSON.stringify([main.text, parts.map(([path, content]) => [path, sha256(content ?? '')])]))
}
