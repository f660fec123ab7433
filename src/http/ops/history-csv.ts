/** History as CSV (RFC 4180): one line for each holding, or each change. */
import { csvLine } from '../../access/matrix/csv.ts'
import type { Change } from '../../reconcile/holdings/changes.ts'
import type { Held } from '../../reconcile/holdings/held-at.ts'
import { placeText, rightText } from '../../reconcile/holdings/right-text.ts'

export const asOfHead = (): string =>
  csvLine(['group', 'group id', 'kind', 'person', 'right', 'where', 'since', 'run', 'step'])

export const asOfRow = (held: Held): string =>
  csvLine([...thing(held), held.since, held.sinceRun, held.sinceStep ?? ''])

export const changesHead = (): string =>
  csvLine([
    'change',
    'group',
    'group id',
    'kind',
    'person',
    'right',
    'where',
    'at',
    'run',
    'trigger',
    'what',
    'why',
  ])

export function changesRow({ change, held, cause: { at, run, step, trigger } }: Change): string {
  const why =
    step === undefined ? ['', 'not by the bridge: found so in the account'] : [step.title, step.reason]
  return csvLine([change, ...thing(held), at, run, trigger ?? '', ...why])
}

const thing = ({ group, kind, person, detail }: Held): readonly string[] => [
  group?.name ?? '',
  group?.id ?? '',
  kind,
  person ?? '',
  rightText(detail),
  placeText(detail),
]
