/** Takes away what an earlier run of the demo left, finished or not, so that every run begins alike. */
import { foldKey } from '../../lib/fold.ts'
import type { Step } from '../../reconcile/step.ts'
import { CliError } from '../cli-error.ts'
import { plural } from '../output/closing-text.ts'
import {
  dynatraceGroups,
  foreignGroup,
  idpGroups,
  managedBoundary,
  newcomers,
  people,
  renamedByHand,
} from './cast.ts'
import { approve, pass } from './passes.ts'
import { type ScimSession, scimSession } from './scim-session.ts'
import type { Stage } from './stage.ts'

const ourGroups: ReadonlySet<string> = new Set([...Object.values(dynatraceGroups), renamedByHand])
const ourPeople: ReadonlySet<string> = new Set(people.map(({ userName }) => foldKey(userName)))

export async function cleanUp(stage: Stage, admin: string): Promise<void> {
  const { scim, narrator, account, costs } = stage
  const session = scimSession({ connection: scim, who: 'demo', headers: {}, narrator: undefined })
  const userNames = people.map(({ userName }) => userName)
  const groups = await removeAll(session, '/Groups', 'displayName', Object.values(idpGroups))
  const users = await removeAll(session, '/Users', 'userName', userNames)
  const { groups: standing } = await account.state()
  if (groups + users === 0 && !standing.some(({ name }) => ourGroups.has(name))) return
  await reconcile(stage)
  const left = await account.state()
  for (const { userName } of newcomers) {
    if (!left.users.some(({ email }) => email === userName)) continue
    await account.edit(admin, { do: 'remove-user', user: userName })
  }
  if (left.groups.some(({ name }) => name === foreignGroup)) {
    await account.edit(admin, { do: 'delete-group', group: foreignGroup })
  }
  await costs.book('taking away what an earlier run left')
  const what =
    users + groups === 0 ? 'groups in Dynatrace' : `${plural(users, 'user')} and ${plural(groups, 'group')}`
  narrator.done(`Taken away what an earlier run left: ${what}.`)
}

async function removeAll(
  session: ScimSession,
  path: string,
  attribute: string,
  names: readonly string[],
): Promise<number> {
  let removed = 0
  for (const name of names) {
    const filter = encodeURIComponent(`${attribute} eq "${name}"`)
    const found = await session.find(`${path}?filter=${filter}&attributes=id`)
    if (found === undefined) continue
    await session.remove(`${path}/${found.id}`)
    removed += 1
  }
  return removed
}

/** So much at once is held, as it should be, and approved only when nothing but the demo's is in it. */
async function reconcile(stage: Stage): Promise<void> {
  const { id, plan } = await pass('apply', stage)
  const held = plan.steps.filter(step => step.verdict.kind === 'hold')
  if (held.length === 0) return
  if (!held.every(isOurs)) {
    throw new CliError(
      'demo-held',
      `Run ${id} holds steps that are not the demo's. Decide on them first with scim-bridge approve or reject, or start over with an empty data folder.`,
    )
  }
  await approve(id, 'the demo begins anew', stage)
}

function isOurs({ action }: Step): boolean {
  if (action.kind === 'delete-group') return ourGroups.has(action.group.name)
  if (action.kind === 'delete-boundary') return action.boundary.name === managedBoundary
  return 'emailKey' in action && ourPeople.has(action.emailKey)
}
