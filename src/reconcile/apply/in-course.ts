/** Puts what a plan says anew where it belongs among the other steps. */
import { type Phase, phaseOf } from '../phase.ts'
import type { Course } from '../redefinitions/course.ts'
import type { Step } from '../step.ts'

/** The phases after the one that settles who has which rights. */
const AFTER_RIGHTS: ReadonlySet<Phase> = new Set(['joins', 'successions', 'removals'])

const AFTER_NEW_TEXTS: ReadonlySet<Phase> = new Set(['changes', 'revocations', ...AFTER_RIGHTS])

/** New texts in the order that serves everybody who is bound to them; some have to wait until all bindings are settled. */
export function inCourse(
  steps: readonly Step[],
  { before, afterwards }: Course,
  redefined: ReadonlySet<string>,
): readonly Step[] {
  const { redefinitions = [], others = [] } = Object.groupBy(steps, step =>
    phaseOf(step.action, redefined) === 'redefinitions' ? 'redefinitions' : 'others',
  )
  const byId = new Map(redefinitions.map(step => [step.id, step]))
  const chosen = (ids: readonly string[]) => ids.flatMap(id => byId.get(id) ?? [])
  const at = (phases: ReadonlySet<Phase>) => {
    const index = others.findIndex(step => phases.has(phaseOf(step.action, redefined)))
    return index < 0 ? others.length : index
  }
  const [first, last] = [at(AFTER_NEW_TEXTS), at(AFTER_RIGHTS)]
  return [
    ...others.slice(0, first),
    ...chosen(before),
    ...others.slice(first, last),
    ...chosen(afterwards),
    ...others.slice(last),
  ]
}
