/** Of a denial: the nearest miss, and the link of it that is broken. */
import { printStatement } from '../../policy/print.ts'
import { extentOf } from '../evaluate/extent.ts'
import type { GrantedStatement } from '../evaluate/granted.ts'
import type { Held } from './held.ts'
import { broken, firstBroken, ok } from './link.ts'
import { userLink } from './person-links.ts'
import type { ExplainFacts, Question } from './question.ts'
import { type FoundWay, withLink } from './ways.ts'

/** Of groups told by name. */
const mostNamed = 5

/** The nearest misses. Where nothing is broken, a DENY is what stands in the way. */
export function missed(
  ways: readonly FoundWay[],
  held: Held,
  question: Question,
  facts: ExplainFacts,
): readonly FoundWay[] {
  const [nearest] = ways
  if (nearest === undefined) return [noWay(question, facts)]
  if (firstBroken(nearest) !== undefined) return [nearest]
  const denial = held.statements.find(one => one.effect === 'DENY' && applies(one, question.where))
  const statement = nearest.links.find(({ kind }) => kind === 'statement')
  const why =
    denial === undefined
      ? 'Nothing of what it allows is left.'
      : `A DENY wins over every ALLOW: policy "${denial.binding.policy}" of group "${denial.group}" says ${textOf(denial)}`
  const remedy = 'Take the person out of the group that denies it, or change that policy.'
  return [withLink(nearest, broken('statement', statement?.name ?? '', why, remedy))]
}

/** No rule grants it at all. */
function noWay({ permission, place }: Question, facts: ExplainFacts): FoundWay {
  const user = userLink(facts)
  const { snapshot } = facts.view
  const own = snapshot.groups.filter(
    ({ id }) => facts.person.emailKey !== undefined && snapshot.members.get(id)?.has(facts.person.emailKey),
  )
  const unmatched = own.filter(({ id }) => !facts.possible.matched.has(id)).map(group => group.displayName)
  const where = place.kind === 'account' ? 'in the account' : `in ${place.name}`
  const also =
    unmatched.length === 0
      ? ''
      : ` No rule matches the person's IdP ${unmatched.length === 1 ? 'group' : 'groups'} ${unmatched
          .slice(0, mostNamed)
          .map(name => `"${name}"`)
          .join(', ')}.`
  const links = [
    user,
    ...(own.length === 0
      ? []
      : [
          ok(
            'idp-group',
            own
              .slice(0, mostNamed)
              .map(group => group.displayName)
              .join(', '),
          ),
        ]),
    broken(
      'rule',
      'none',
      `No rule binds a policy that allows ${permission} ${where}.${also}`,
      'Bind such a policy in a rule of bridge.yaml, or correct the name of the permission or of the IdP group.',
    ),
  ]
  return { links, idpGroup: undefined, isOwn: false, group: '', policy: '' }
}

/** Whether it can apply to what is asked about. */
export const applies = (one: GrantedStatement, where: Question['where']): boolean =>
  extentOf([{ ...one, effect: 'ALLOW' as const }], where).kind !== 'never'

export const textOf = ({ effect, permission, conditions }: GrantedStatement): string =>
  printStatement({ effect, permissions: [permission], conditions })
