/** What becomes of new texts for which there is no safe moment, and of everything that is tied to them. */
import { groupOf } from '../action.ts'
import type { Uses } from '../bindings-of-definitions.ts'
import { courseOf } from '../redefinitions/course.ts'
import type { Verdict } from '../step.ts'
import { because, type Draft, type Held, refuse } from './verdict.ts'

/** They stay as they are together: a part of them would leave a group with too little, or with too much. */
export function redefinitionsWithoutOrder(
  steps: readonly Draft[],
  verdicts: ReadonlyMap<string, Verdict>,
  uses: Uses,
): Held {
  const judged = steps.map(step => ({
    ...step,
    verdict: verdicts.get(step.id) ?? { kind: 'proceed' as const },
  }))
  return courseOf(judged, uses).unsafe.flatMap(({ redefinitions, bindings, groups }) => {
    const tied = [...redefinitions, ...bindings]
    const blocker = tied.find(step => step.verdict.kind !== 'proceed')
    const verdict =
      blocker === undefined
        ? noOrder(redefinitions.map(step => step.title))
        : because(blocker.verdict, `It cannot be separated from this: ${blocker.title}`)
    const rights = judged.filter(
      ({ action }) =>
        (action.kind === 'add-permission' || action.kind === 'remove-permission') &&
        groups.includes(groupOf(action) ?? ''),
    )
    return [...tied, ...rights]
      .filter(step => step.verdict.kind === 'proceed')
      .map(step => [step.id, verdict] as const)
  })
}

const noOrder = (titles: readonly string[]): Verdict =>
  refuse(
    'no-safe-order',
    `There is no safe order for this and the other changes of the same groups (${titles.join('; ')}): whichever ` +
      'came first, somebody would for a moment have less than before and after, or more. Give the new text a name of its ' +
      'own in bridge.yaml and let the rules refer to that, or make the change in two edits.',
  )
