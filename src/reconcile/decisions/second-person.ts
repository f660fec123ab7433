/** Whether one person's word is enough for a held step. Pure. */
import type { AccessModel } from '../../access/model.ts'
import { foldKey } from '../../lib/fold.ts'
import type { Run } from '../run.ts'
import type { Step } from '../step.ts'

export function needsSecond({ verdict }: Step, { secondPerson }: AccessModel['approvals']): boolean {
  if (verdict.kind !== 'hold' || secondPerson === 'never') return false
  return secondPerson === 'always' || secondPerson.includes(verdict.guard)
}

/** Runs that nobody asked for have no requester. Who asks by the command line without a name is nobody in particular. */
const NOBODY: ReadonlySet<string> = new Set([
  'admin',
  'command line',
  'schedule',
  'start',
  'configuration',
  'scim',
  'audit log',
])

/**
 * Who stands behind a step already: the person who asked for the run, and who approved it first. The word of somebody else
 * completes it.
 */
export function standsBehind(run: Pick<Run, 'actor'>, first: string | undefined): ReadonlySet<string> {
  const people = [run.actor, first ?? ''].map(foldKey).filter(name => name !== '' && !NOBODY.has(name))
  return new Set(people)
}

export const completes = (by: string, behind: ReadonlySet<string>): boolean =>
  [...behind].some(name => name !== foldKey(by))
