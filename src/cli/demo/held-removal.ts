/** A removal large enough to wait for a person. */
import { planText } from '../output/plan-text.ts'
import { runText } from '../output/run-text.ts'
import { idpGroups } from './cast.ts'
import type { Entra } from './entra.ts'
import { approve, heldRuns } from './passes.ts'
import { until } from './settle.ts'
import type { Stage } from './stage.ts'

export async function holdRemoval(stage: Stage, entra: Entra): Promise<void> {
  const { narrator, bridge, costs, text } = stage
  narrator.section(
    'A large removal waits for a person',
    'Somebody deletes the group of the checkout team in Entra. Entra gets its 204, but the guards of bridge.yaml ' +
      'let nothing take a whole team out of Dynatrace without a word from somebody.',
  )
  narrator.gap()
  const before = new Set(await heldRuns(bridge))
  const newlyHeld = async () => (await heldRuns(bridge)).find(id => !before.has(id))
  await entra.deleteGroup(idpGroups.checkoutProd)
  await until(stage, async () => (await newlyHeld()) !== undefined)
  const id = (await newlyHeld()) ?? ''
  narrator.report(planText(await bridge.getRun(id), text))
  narrator.part(`Approved: POST /api/v1/reconcile/runs/${id}/approve`)
  narrator.report(runText(await approve(id, 'the team is being dissolved', stage), text))
  await costs.book('a large removal, held and approved')
}
