/** The first acts: two identity providers provision people and groups, and change them. */
import { ana, bo, carla, cy, dynatraceGroups, grace, idpGroups, mia, noor, omar } from './cast.ts'
import { type Entra, entra } from './entra.ts'
import { okta } from './okta.ts'
import { settle } from './settle.ts'
import type { Stage } from './stage.ts'

export async function oktaProvisions(stage: Stage): Promise<void> {
  const { narrator, scim } = stage
  const session = okta(scim, narrator)
  narrator.section(
    'Okta provisions the payments team',
    'An administrator tests the connection, assigns four people to the app and pushes three groups. ' +
      'Okta looks for each of them first, then creates it. The policy and the boundary of the analysts are texts in ' +
      'bridge.yaml: the bridge makes those too.',
  )
  narrator.part('Connection test')
  await session.testConnection()
  narrator.part('People')
  for (const person of [ana, bo, cy, carla]) await session.assign(person)
  narrator.part('Group push')
  await session.pushGroup(idpGroups.paymentsProd, [ana, bo, carla])
  await session.pushGroup(idpGroups.paymentsStage, [bo, cy])
  await session.pushGroup(idpGroups.paymentsAnalysts, [carla])
  await settle(stage, 'Okta: 4 people, 3 groups', {
    [dynatraceGroups.paymentsProd]: [ana, bo, carla],
    [dynatraceGroups.paymentsStage]: [bo, cy],
    [dynatraceGroups.paymentsAnalysts]: [carla],
  })

  narrator.part('Cy takes over from Bo, and one group is renamed: its members become editors')
  await session.changeMembers(idpGroups.paymentsProd, [cy], [bo])
  await session.rename(idpGroups.paymentsStage, idpGroups.paymentsStageRenamed)
  await settle(stage, 'Okta: members changed, a group renamed', {
    [dynatraceGroups.paymentsProd]: [ana, carla, cy],
    [dynatraceGroups.paymentsStageRenamed]: [bo, cy],
  })

  narrator.part('Bo leaves the company: Okta never deletes, it deactivates')
  await session.deactivate(bo)
  await settle(stage, 'Okta: somebody leaves', { [dynatraceGroups.paymentsStageRenamed]: [cy] })
}

export async function entraProvisions(stage: Stage): Promise<Entra> {
  const { narrator, scim } = stage
  const session = entra(scim, narrator)
  narrator.section(
    'Entra provisions checkout, search and the administrators',
    'Another identity provider, another dialect: capitalised operations, "False" as text, URNs in paths, ' +
      'and groups that are created empty and filled afterwards.',
  )
  narrator.part('Connection test')
  await session.testConnection()
  narrator.part('People')
  for (const person of [mia, noor, omar, grace]) await session.assign(person)
  narrator.part('Groups')
  await session.provisionGroup(idpGroups.checkoutProd, [mia, noor, omar])
  await session.provisionGroup(idpGroups.searchStage, [omar, grace])
  await session.provisionGroup(idpGroups.admins, [mia])
  await settle(stage, 'Entra: 4 people, 3 groups', {
    [dynatraceGroups.checkoutProd]: [mia, noor, omar],
    [dynatraceGroups.searchStage]: [omar, grace],
    [dynatraceGroups.admins]: [mia],
  })

  narrator.part('Noor changes name and department, joins search; search moves on to production')
  await session.changeProfile(noor, 'Haddad', 'Checkout')
  await session.changeMembers(idpGroups.searchStage, [noor], [omar])
  await session.rename(idpGroups.searchStage, idpGroups.searchStageRenamed)
  await settle(stage, 'Entra: a profile and members changed, a group renamed', {
    [dynatraceGroups.searchStageRenamed]: [grace, noor],
  })

  narrator.part('Omar leaves')
  await session.disable(omar)
  await settle(stage, 'Entra: somebody leaves', { [dynatraceGroups.checkoutProd]: [mia, noor] })
  return session
}
