/** The file that holds the access model, as text: read once, then watched for changes. */
import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import type { Clock } from '../lib/clock.ts'
import { sha256 } from '../lib/digest.ts'
import { messageOf } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'

export type LoadedAccessFile =
  | { readonly kind: 'read'; readonly text: string }
  /** One sentence with the remedy. */
  | { readonly kind: 'unreadable'; readonly problem: string }

export interface AccessFileWatch {
  /** Resolves once nothing of the watch is running any more. */
  close(): Promise<void>
}

const largest = 1024 * 1024
const betweenLooksMs = 1000

/** Reads the whole file. Never throws. */
export async function loadAccessFile(path: string): Promise<LoadedAccessFile> {
  const file = await open(path, 'r').catch((error: unknown) => messageOf(error))
  if (typeof file === 'string') {
    return unreadable(
      `The access model ${path} cannot be opened (${file}): correct BRIDGE_CONFIG or its permissions.`,
    )
  }
  try {
    const { size } = await file.stat()
    if (size > largest)
      return unreadable(`The access model ${path} is larger than 1 MiB: split or shorten it.`)
    const bytes = await file.readFile()
    if (!isUtf8(bytes))
      return unreadable(
        `The access model ${path} is not UTF-8: names in it would be misread. Save it as UTF-8.`,
      )
    return { kind: 'read', text: bytes.toString('utf8') }
  } catch (error) {
    return unreadable(
      `The access model ${path} cannot be read (${messageOf(error)}): give the path of a file.`,
    )
  } finally {
    await file.close()
  }
}

/**
 * Looks at the file every second and hands on its text when it differs from `text`, the one in force.
 *
 * A text is handed on only when it was the same at two looks: an editor that writes in pieces would
 * else show half a file, which may well be valid and grant less. Content is compared, not times, so that
 * links swapped by Kubernetes and clocks that jump make no difference. An unreadable file changes nothing.
 */
export function watchAccessFile(watch: {
  readonly path: string
  readonly text: string
  readonly onChange: (text: string) => void | Promise<void>
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

async function look(watch: Parameters<typeof watchAccessFile>[0], signal: AbortSignal): Promise<void> {
  const { path, onChange, clock, log } = watch
  let inForce = sha256(watch.text)
  let previous = inForce
  let wasReadable = true
  while (!signal.aborted) {
    await clock.sleep(betweenLooksMs, signal)
    if (signal.aborted) return
    const loaded = await loadAccessFile(path)
    if (loaded.kind === 'unreadable') {
      if (wasReadable) log.warn({ path }, `${loaded.problem} The last good one stays in force.`)
      wasReadable = false
      continue
    }
    wasReadable = true
    const digest = sha256(loaded.text)
    const settled = digest === previous
    previous = digest
    if (!settled || digest === inForce) continue
    inForce = digest
    await Promise.resolve(loaded.text)
      .then(onChange)
      .catch((error: unknown) =>
        log.error({ path, error: messageOf(error) }, 'the changed access model was not taken'),
      )
  }
}

function unreadable(problem: string): LoadedAccessFile {
  return { kind: 'unreadable', problem }
}
