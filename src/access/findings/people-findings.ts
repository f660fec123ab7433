/** People who can sign in and see less than they should: nothing, or the account and no environment. Pure. */
import type { Person } from '../../directory/snapshot.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Work } from '../../lib/turns.ts'
import { listNames } from '../rule-findings.ts'
import { eachOrRest } from './each-or-rest.ts'
import type { Sight } from './sight.ts'

/** Roles on the account that lead people to its pages; the others show nothing at all. */
const ADMINISTRATION = ['account-user-management', 'account-company-info', 'account-viewer']

/** People looked at before the loop may go on with something else. */
const PEOPLE_A_STEP = 1_000

/** `isInvited`: whether an active person is to be in the account at all. */
export function* peopleFindings(
  { views, bits }: Pick<Sight, 'views' | 'bits'>,
  people: Iterable<Person>,
  isInvited: (person: Person) => boolean,
): Work<readonly Finding[]> {
  const administration = ADMINISTRATION.map(role => ({ role, bit: bits.role(role) }))
  const blank: string[] = []
  const administrators: Administrator[] = []
  let looked = 0
  for (const person of people) {
    looked += 1
    if (looked % PEOPLE_A_STEP === 0) yield
    if (!person.active || !isInvited(person)) continue
    const view = views.get(person.emailKey) ?? 0n
    if (bits.showsSomething(view)) continue
    const roles = administration.filter(({ bit }) => (view & bit) !== 0n).map(({ role }) => role)
    if (roles.length === 0) blank.push(person.userName)
    else administrators.push({ userName: person.userName, roles })
  }
  return [
    ...eachOrRest(blank.sort(), noAccess, moreWithoutAccess),
    ...eachOrRest(
      administrators.sort((a, b) => (a.userName < b.userName ? -1 : 1)),
      withoutEnvironment,
      moreWithoutEnvironment,
    ),
  ]
}

interface Administrator {
  readonly userName: string
  readonly roles: readonly string[]
}

const noAccess = (userName: string): Finding => ({
  kind: 'no-access',
  severity: 'warning',
  subject: `user ${userName}`,
  message: `"${userName}" can sign in and sees nothing: no rule gives this person a policy, or a role that shows an environment.`,
  remedy: `Put this person in an IdP group whose rule grants a policy, or set lifecycle.invite to with-first-access.`,
})

const moreWithoutAccess = (userNames: readonly string[]): Finding => ({
  kind: 'no-access',
  severity: 'warning',
  subject: 'directory',
  message: `${userNames.length} more people can sign in and see nothing: ${listNames(userNames)}.`,
  remedy:
    'Put them in an IdP group whose rule grants a policy, or set lifecycle.invite to with-first-access.',
})

const withoutEnvironment = ({ userName, roles }: Administrator): Finding => ({
  kind: 'administrator-without-environment',
  severity: 'info',
  subject: `user ${userName}`,
  message: `"${userName}" holds ${roles.join(' and ')} on the account, but no policy in any environment.`,
  remedy:
    'If that is not meant so, bind a policy to the group of the rule that gives the role, or put this person in another IdP group.',
})

const moreWithoutEnvironment = (all: readonly Administrator[]): Finding => ({
  kind: 'administrator-without-environment',
  severity: 'info',
  subject: 'directory',
  message: `${all.length} more people hold a role on the account, but no policy in any environment: ${listNames(all.map(({ userName }) => userName))}.`,
  remedy: 'If that is not meant so, bind a policy to the groups of the rules that give the roles.',
})
