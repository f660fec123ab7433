/** What somebody does in the Dynatrace console behind everybody's back. */
import { ana, dynatraceGroups, foreignGroup, managedBoundary, renamedByHand } from './cast.ts'
import type { HandEdit } from './simulated-account.ts'
import type { Stage } from './stage.ts'

const { paymentsProd, paymentsStageRenamed, checkoutProd } = dynatraceGroups

const edits: readonly { readonly says: string; readonly edit: HandEdit }[] = [
  {
    says: `adds ben.okafor@acme.example to "${paymentsProd}"`,
    edit: { do: 'add-member', user: 'ben.okafor@acme.example', group: paymentsProd },
  },
  {
    says: `removes ${ana.userName} from it`,
    edit: { do: 'remove-member', user: ana.userName, group: paymentsProd },
  },
  {
    says: `takes the boundary off its policy "team data" in prod, so that it sees every team's data`,
    edit: {
      do: 'change-boundaries',
      policy: 'team data',
      group: paymentsProd,
      level: 'prod',
      parameters: { team: 'payments' },
      boundaries: [],
    },
  },
  {
    says: `takes the team out of the boundary "${managedBoundary}", whose text bridge.yaml holds`,
    edit: {
      do: 'change-boundary',
      boundary: managedBoundary,
      query: 'storage:bucket-name startsWith "default_";',
    },
  },
  {
    says: `drops the policy "Pro User" of "${checkoutProd}" in prod`,
    edit: { do: 'remove-binding', policy: 'Pro User', group: checkoutProd, level: 'prod' },
  },
  {
    says: `renames "${paymentsStageRenamed}" to "${renamedByHand}"`,
    edit: { do: 'rename-group', group: paymentsStageRenamed, name: renamedByHand },
  },
  {
    says: `creates a group "${foreignGroup}" of their own`,
    edit: { do: 'create-group', name: foreignGroup, description: 'INC-4711, ask Ana Kos' },
  },
]

/** `admin` is the person of the sample account who edits. */
export async function editByHand({ narrator, account }: Stage, admin: string): Promise<void> {
  narrator.section(
    'Somebody edits the account by hand',
    `No identity provider notices this. In the console (here POST ${account.url}/_simulator/edit), ${admin}:`,
  )
  narrator.gap()
  for (const { says, edit } of edits) {
    await account.edit(admin, edit)
    narrator.item(says)
  }
}
