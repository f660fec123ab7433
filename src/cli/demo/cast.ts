/**
 * Who plays: invented people of an invented company, and the groups their identity providers push.
 *
 * The names of the groups are such that the rules of the sample bridge.yaml take them. Two of the people
 * are in the sample account already, in groups that nobody manages.
 */

export interface Person {
  readonly userName: string
  readonly given: string
  readonly family: string
}

const person = (userName: string, given: string, family: string): Person => ({ userName, given, family })

export const ana = person('ana@acme.example', 'Ana', 'Lima')
export const bo = person('bo@acme.example', 'Bo', 'Chen')
export const cy = person('cy@acme.example', 'Cy', 'Novak')
export const carla = person('carla.rossi@acme.example', 'Carla', 'Rossi')
export const mia = person('mia@acme.example', 'Mia', 'Sato')
export const noor = person('noor@acme.example', 'Noor', 'Aziz')
export const omar = person('omar@acme.example', 'Omar', 'Diaz')
export const grace = person('grace.mbeki@acme.example', 'Grace', 'Mbeki')

/** Those whom the bridge invites into the account. */
export const newcomers: readonly Person[] = [ana, bo, cy, mia, noor, omar]
export const people: readonly Person[] = [ana, bo, cy, carla, mia, noor, omar, grace]

/** IdP groups by their displayName. */
export const idpGroups = {
  paymentsProd: 'dt-payments-viewer-prod',
  paymentsStage: 'dt-payments-viewer-nonprod',
  paymentsStageRenamed: 'dt-payments-editor-nonprod',
  paymentsAnalysts: 'dt-payments-analyst',
  checkoutProd: 'dt-checkout-editor-prod',
  searchStage: 'dt-search-viewer-nonprod',
  searchStageRenamed: 'dt-search-viewer-prod',
  admins: 'dynatrace-admins',
} as const

/** Dynatrace groups as the rules of the sample name them. */
export const dynatraceGroups = {
  paymentsProd: 'payments viewer prod',
  paymentsStage: 'payments viewer nonprod',
  paymentsStageRenamed: 'payments editor nonprod',
  paymentsAnalysts: 'payments analysts',
  checkoutProd: 'checkout editor prod',
  searchStage: 'search viewer nonprod',
  searchStageRenamed: 'search viewer prod',
  admins: 'Account administrators',
} as const

/** A boundary that the sample bridge.yaml defines, for the analysts of payments. */
export const managedBoundary = 'analysts of payments'

/** A group somebody makes by hand: never ours. */
export const foreignGroup = 'incident war room'

/** What somebody calls `paymentsStageRenamed` by hand. */
export const renamedByHand = 'payments devs (temporary)'
