/** Takes away what an earlier run of the demo left, so that every run begins alike. */
import { plural } from '../output/closing-text.ts'
import { foreignGroup, idpGroups, newcomers, people } from './cast.ts'
import { approve, heldRuns } from './passes.ts'
import { type ScimSession, scimSession } from './scim-session.ts'
import { until } from './settle.ts'
import type { Stage } from './stage.ts'

export async function cleanUp(stage: Stage, admin: string): Promise<void> {
  const { scim, narrator, bridge, account, costs } = stage
  const session = scimSession({ connection: scim, who: 'demo', headers: {}, narrator: undefined })
  const before = new Set(await heldRuns(bridge))
  const groups = await removeAll(session, '/Groups', 'displayName', Object.values(idpGroups))
  const users = await removeAll(
    session,
    '/Users',
    'userName',
    people.map(({ userName }) => userName),
  )
  if (groups + users === 0) return
  await until(stage, async () => true)
  // So much at once is held, as it should be; only what these deletions caused is approved.
  for (const id of await heldRuns(bridge)) {
    if (!before.has(id)) await approve(id, 'the demo begins anew', stage)
  }
  const { users: left, groups: leftGroups } = await account.state()
  for (const { userName } of newcomers.filter(each => left.some(user => user.email === each.userName))) {
    await account.edit(admin, { do: 'remove-user', user: userName })
  }
  if (leftGroups.some(({ name }) => name === foreignGroup)) {
    await account.edit(admin, { do: 'delete-group', group: foreignGroup })
  }
  await costs.book('taking away what an earlier run left')
  narrator.done(
    `Taken away what an earlier run left: ${plural(users, 'user')} and ${plural(groups, 'group')}.`,
  )
}

async function removeAll(
  session: ScimSession,
  path: string,
  attribute: string,
  names: readonly string[],
): Promise<number> {
  let removed = 0
  for (const name of names) {
    const { first } = await session.list(
      `${path}?filter=${encodeURIComponent(`${attribute} eq "${name}"`)}&attributes=id`,
    )
    if (first === undefined) continue
    await session.remove(`${path}/${first.id}`)
    removed += 1
  }
  return removed
}
