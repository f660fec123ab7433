/** Writes what is known of an account as a `bridge.yaml`, and tells what became of it. */
import type { Draft, Unsaid } from '../../access/from-account/draft.ts'
import { settleDraft } from '../../access/from-account/settle-draft.ts'
import { type Preface, writeDraft } from '../../access/from-account/write-draft.ts'
import { parseAccessModel } from '../../access/parse.ts'
import type { CliDeps } from '../deps.ts'
import { draftJson, draftText } from '../output/draft-text.ts'
import { jsonText } from '../output/json-text.ts'
import { writeNewFile } from './write-file.ts'

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
  const { draft, text } = settleDraft(whole, each => writeDraft(each, preface))
  await writeNewFile(out, text, force)
  for (const file of beside) await writeNewFile(file.path, file.text, force)
  const written = {
    draft,
    files: [out, ...beside.map(({ path }) => path)],
    warnings: parseAccessModel(text, out).warnings.length,
  }
  deps.out(json === true ? jsonText(draftJson(written)) : draftText(written, deps))
  return draft.unsaid.length === 0 ? 0 : 2
}
