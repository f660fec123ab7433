/** The files of an access model as data, each with a reading of its own that tells places in it. */
import type { AccessFiles } from './access-files.ts'
import { type Path, writePath } from './locate.ts'
import type { Problem } from './problem.ts'
import { readIncludes } from './read-include.ts'
import type { Reading, Report } from './reading.ts'
import { readYaml } from './yaml.ts'

export interface OpenFile {
  readonly name: string
  readonly value: unknown
  readonly reading: Reading
}

export type OpenedFiles =
  /** The main file first. */
  | { readonly kind: 'open'; readonly files: readonly OpenFile[] }
  /** One of them is not there, or no YAML: what the others refer to would be missed in vain. */
  | { readonly kind: 'broken' }

/** Takes what is found, file by file. */
export interface Notes {
  readonly problems: Problem[]
  readonly warnings: Problem[]
  /** Lints that the files say are known and wanted. */
  readonly accepted: Problem[]
}

const largest = 1024 * 1024
const largestTogether = 8 * largest

export function openFiles(files: AccessFiles, notes: Notes): OpenedFiles {
  const main = openFile(files.main, notes)
  if (main === undefined) return { kind: 'broken' }
  const before = notes.problems.length
  const included = readIncludes(valueAt(main.value, ['include']), ['include'], files, main.reading)
  if (included.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) > largestTogether) {
    const message = 'the files are larger than 8 MiB together'
    main.reading.problem(['include'], message, 'grant the same with fewer, broader rules', { key: true })
    return { kind: 'broken' }
  }
  const opened = included.map(file => openFile(file, notes))
  const open = opened.filter(file => file !== undefined)
  if (open.length < opened.length || notes.problems.length > before) return { kind: 'broken' }
  return { kind: 'open', files: [main, ...open] }
}

function openFile(
  { name, text }: { readonly name: string; readonly text: string },
  notes: Notes,
): OpenFile | undefined {
  const refuse = (message: string, remedy: string): undefined => {
    notes.problems.push({ file: name, line: 1, column: 1, path: '', message, remedy, excerpt: '', width: 1 })
  }
  if (Buffer.byteLength(text) > largest) {
    return refuse(
      'the file is larger than 1 MiB',
      'split it with "include", or grant the same with fewer rules',
    )
  }
  const yaml = readYaml(text)
  if (yaml.kind === 'unreadable') return refuse(yaml.message, yaml.remedy)
  notes.problems.push(...yaml.flaws.map(flaw => ({ ...flaw, file: name, path: '' })))
  if (yaml.kind === 'broken') return undefined
  const noteIn =
    (list: Problem[]): Report =>
    (path, message, remedy, aim) => {
      list.push({ ...yaml.locate(path, aim), file: name, path: writePath(path), message, remedy })
    }
  const place: Reading['place'] = (path: Path, aim) => {
    const { line, column } = yaml.locate(path, aim)
    return { file: name, line, column }
  }
  const reading: Reading = {
    problem: noteIn(notes.problems),
    warning: noteIn(notes.warnings),
    place,
    lint: (path, { id, severity, message, remedy }, { isAccepted, aim }) => {
      const found = { ...yaml.locate(path, aim), file: name, path: writePath(path), message, remedy }
      const list = isAccepted ? notes.accepted : notes.warnings
      list.push({ ...found, lint: { id, severity } })
    },
    valueAt: path => valueAt(yaml.value, path),
  }
  return { name, value: yaml.value, reading }
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      inner !== null && typeof inner === 'object' && Object.hasOwn(inner, step)
        ? Reflect.get(inner, step)
        : undefined,
    value,
  )
}
