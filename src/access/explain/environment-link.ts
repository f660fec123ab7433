/** The environment at the end of a way: whether the file lists it, and whether the account has it open. */
import type { Place } from '../impact/side.ts'
import { broken, type Link, ok, unknown } from './link.ts'
import type { ExplainFacts } from './question.ts'

/** None for the account itself. */
export function environmentLinks(place: Place, { account, whole }: ExplainFacts): readonly Link[] {
  if (place.kind === 'account') return []
  const name = place.name === place.id ? place.id : `${place.name} (${place.id})`
  const isListed = whole.environments.some(({ id }) => id === place.id)
  const why = isListed
    ? undefined
    : 'bridge.yaml does not list it, so only what is bound to the account counts.'
  if (account === undefined) return [ok('environment', name, why)]
  if (account.environments.kind === 'unread') return [unknown('environment', name, account.environments.why)]
  const active = account.environments.value.get(place.id)
  if (active === true) return [ok('environment', name, why)]
  return [
    active === false
      ? broken(
          'environment',
          name,
          `Environment ${name} is not active.`,
          'Activate it in Dynatrace, or remove it from bridge.yaml.',
        )
      : broken(
          'environment',
          name,
          `The account has no environment ${place.id}.`,
          'Correct the id in "environments" of bridge.yaml.',
        ),
  ]
}
