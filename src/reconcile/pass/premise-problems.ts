/** What could not be read before the pass looked at the account in detail: the run ends `partial` for it. */
import { ZONES } from '../catalogue.ts'
import type { OwnedGroup } from '../ownership.ts'
import type { Premises } from './premises.ts'

export const premiseProblems = ({
  assignment,
  catalogue,
}: Pick<Premises, 'assignment' | 'catalogue'>): readonly string[] => [
  ...assignment.unseen.map(notShown),
  ...[...(catalogue?.unread ?? [])].map(([level, why]) =>
    level === ZONES
      ? `The management zones could not be read: ${why}`
      : `Names at level ${level} could not be read: ${why}`,
  ),
]

const notShown = ({ name }: OwnedGroup): string =>
  `The group "${name}" was made a moment ago and does not show yet; it is looked at again.`
