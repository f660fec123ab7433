/** Whether the journal is as it was written, and what a person can do with that. Pure. */
import type { z } from 'zod'
import type { journalVerdictSchema } from '../../http/ops/journal.ts'
import type { pseudonymisedSchema } from '../../http/ops/journal-record.ts'
import type { FileVerdict } from '../../store/journal-file.ts'
import type { Anchor, JournalProblem } from '../../store/journal-proof.ts'

type Verdict = z.output<typeof journalVerdictSchema> | FileVerdict

export function verdictText(verdict: Verdict, anchors: readonly Anchor[]): string {
  if (verdict.kind === 'broken') {
    const { seq, problem, lastGood } = verdict
    const good =
      lastGood === undefined
        ? 'No entry before it is certain.'
        : `The last good one is entry ${lastGood.seq}, with hash ${lastGood.hash}.`
    return `The journal is broken at entry ${seq}: ${problemText(problem)}.\n${good}\n`
  }
  const { lines, hash } = verdict
  const first = 'first' in verdict ? (verdict.first ?? 1) : 1
  const entries = lines === 1 ? '1 entry' : `${lines} entries`
  if ('filtered' in verdict && verdict.filtered) {
    return `All ${entries} are as they were written. Others were left out by a filter, so that a missing one would not show.\n`
  }
  const anchored =
    anchors.length === 0 ? '' : ` It agrees with ${anchors.length === 1 ? 'the anchor' : 'all anchors'}.`
  const from = first === 1 ? 'The journal is whole' : `The journal is whole from entry ${first} on`
  const keep =
    lines === 0 ? '' : `\nTo prove it later, keep this elsewhere: --anchor ${first + lines - 1}:${hash}`
  return `${from}: ${entries}, the last with hash ${hash}.${anchored}${keep}\n`
}

export function pseudonymisedText(done: z.output<typeof pseudonymisedSchema>): string {
  const { label, spellings, plainLines, stillProvisioned } = done
  const lines = [
    `From now on the record shows ${label}: ${spellings === 1 ? '1 name was' : `${spellings} names were`} deleted.`,
    ...(plainLines === 0
      ? []
      : [
          `${plainLines === 1 ? '1 entry' : `${plainLines} entries`} of earlier releases still hold a name in plain text: they cannot be changed without breaking the chain.`,
        ]),
    ...(stillProvisioned
      ? ['The identity provider still has this person; directory and account keep the name.']
      : []),
  ]
  return `${lines.join('\n')}\n`
}

function problemText(problem: JournalProblem): string {
  switch (problem) {
    case 'edited':
      return 'it was changed, or it does not follow from the entry before it'
    case 'missing':
      return 'it is missing, and later entries are there'
    case 'cut-off':
      return 'it and all behind it have been cut off'
    case 'head-differs':
      return 'it is not the entry that was recorded, or written down elsewhere'
  }
}
