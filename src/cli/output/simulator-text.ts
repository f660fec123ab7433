/** What `scim-bridge simulator` says once it listens: what there is, and how to use it. Fits 80 columns. */

interface SimulatorPlace {
  readonly url: string
  readonly accountUuid: string
  readonly clientId: string
  /** What the account is made of, e.g. `the sample`. */
  readonly content: string
  /** Where it is saved. Undefined: nowhere. */
  readonly stateFile: string | undefined
  readonly fromState: boolean
}

export function simulatorText(place: SimulatorPlace): string {
  const { url, accountUuid, clientId, content } = place
  return `A simulated Dynatrace account listens on ${url}

  account    ${accountUuid}, ${content}
  state      ${stateText(place)}

Point a bridge at it:

  DT_ACCOUNT_UUID=${accountUuid}
  DT_CLIENT_ID=${clientId}
  DT_CLIENT_SECRET_FILE=<file>   or DT_CLIENT_SECRET; see /_simulator below
  DT_API_URL=${url}
  DT_SSO_URL=${url}
  DT_ENVIRONMENT_URL=${url}/e/{id}

Look into it and work on it with curl:

  ${url}/_simulator            secret, environments, every path
  ${url}/_simulator/contract   operations, and how sure each is
  ${url}/_simulator/state      all of it, by name
  ${url}/_simulator/edit       be a person in the console
  ${url}/_simulator/faults     make calls fail
  ${url}/_simulator/switches   what Dynatrace leaves open

Ctrl+C ends it.
`
}

function stateText({ stateFile, fromState }: SimulatorPlace): string {
  if (stateFile === undefined) return 'in memory, gone at the end; --state <file> keeps it'
  return `${fromState ? 'loaded from' : 'new in'} ${stateFile}, saved at the end`
}
