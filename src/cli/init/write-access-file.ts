/** Writes what is known of an account as a `bridge.yaml`, and tells what became of it. */
import { basename, dirname, join } from 'node:path'
import type { Draft, Unsaid } from '../../access/from-account/draft.ts'
import { settleDraft } from '../../access/from-account/settle-draft.ts'
import { type Preface, writeDraft } from '../../access/from-account/write-draft.ts'
import type { CliDeps } from '../deps.ts'
import { draftJson, draftText } from '../output/draft-text.ts'
import { jsonText } from '../output/json-text.ts'
import { refuseExisting, writeNewFile } from './write-file.ts'

export interface AccessFileOptions {
  readonly out: string
  readonly force?: boolean | undefined
  readonly json?: boolean | undefined
}

/** 0: the file says everything, 2: it names what it could not say. `beside`: files that go with it. */
export async function writeAccessFile(
  {
    draft: drafted,
    preface,
    unsaid = [],
    beside = [],
  }: {
    readonly draft: Draft
    readonly preface: Preface
    readonly unsaid?: readonly Unsaid[]
    readonly beside?: readonly { readonly path: string; readonly text: string }[]
  },
  { out, force = false, json }: AccessFileOptions,
  deps: CliDeps,
): Promise<number> {
  const whole = { ...drafted, unsaid: [...drafted.unsaid, ...unsaid] }
  const stem = basename(out).replace(/\.ya?ml$/, '')
  const { draft, files, warnings } = settleDraft(whole, each => writeDraft(each, preface, stem))
  const others = files.included.map(({ path, text }) => ({ path: join(dirname(out), path), text }))
  for (const { path } of [...others, ...beside]) await refuseExisting(path, force)
  await writeNewFile(out, files.main, force)
  for (const { path, text } of [...others, ...beside]) await writeNewFile(path, text, force)
  const written = {
    draft,
    file: out,
    rules: others.map(({ path }) => path),
    members: beside.map(({ path }) => path),
    warnings: warnings.length,
  }
  deps.out(json === true ? jsonText(draftJson(written)) : draftText(written, deps))
  return draft.unsaid.length === 0 ? 0 : 2
}
