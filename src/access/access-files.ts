/** The files of an access model: `bridge.yaml`, and those that it includes. */
import { posix } from 'node:path'
import { z } from 'zod'
import { readYaml } from './yaml.ts'

export type IncludedFile =
  | { readonly kind: 'read'; readonly name: string; readonly text: string }
  /** `message` goes on after the name of the file, as in `cannot be opened`. */
  | { readonly kind: 'unreadable'; readonly name: string; readonly message: string; readonly remedy: string }

export interface AccessFiles {
  /** `name` is what problems call it. */
  readonly main: { readonly name: string; readonly text: string }
  /** By path as `includesOf` gives it. */
  readonly included: ReadonlyMap<string, IncludedFile>
}

export const mostIncludes = 100

/** A file alone. */
export const singleFile = (text: string, name: string): AccessFiles => ({
  main: { name, text },
  included: new Map(),
})

/** Files that came as a list: the main one first, then others by the paths under which it includes them. */
export function listedFiles(
  main: { readonly path: string; readonly text: string },
  others: readonly { readonly path: string; readonly text: string }[],
): AccessFiles {
  const included = others.map(({ path, text }) => [path, { kind: 'read', name: path, text }] as const)
  return { main: { name: main.path, text: main.text }, included: new Map(included) }
}

/** The paths that are to be read with this file, from its folder on; faulty ones are left out. Never throws. */
export function includesOf(text: string): readonly string[] {
  // Most files include nothing, and need not be read twice.
  if (!text.includes('include')) return []
  const yaml = readYaml(text)
  if (yaml.kind !== 'read') return []
  const { data } = z.looseObject({ include: z.array(z.unknown()) }).safeParse(yaml.value)
  const paths = (data?.include ?? []).flatMap(item => {
    const path = typeof item === 'string' ? readIncludePath(item) : undefined
    return path?.kind === 'path' ? path.path : []
  })
  return [...new Set(paths)].slice(0, mostIncludes)
}

export type IncludePath =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'faulty'; readonly message: string; readonly remedy: string }

/** Whoever writes the file must not make the bridge read just any file of its machine. */
export function readIncludePath(written: string): IncludePath {
  const path = written.trim()
  const inside = 'give a path from the folder of this file, without ..'
  if (/[\p{Cc}\\]/u.test(path)) {
    return { kind: 'faulty', message: 'is no path of a file', remedy: 'write it with "/" between folders' }
  }
  if (path.startsWith('/')) return { kind: 'faulty', message: 'is an absolute path', remedy: inside }
  if (path.split('/').includes('..')) {
    return { kind: 'faulty', message: 'leads out of the folder of this file', remedy: inside }
  }
  const normal = posix.normalize(path)
  if (normal === '.' || normal.endsWith('/')) {
    return { kind: 'faulty', message: 'is a folder', remedy: 'name each file' }
  }
  return { kind: 'path', path: normal }
}
