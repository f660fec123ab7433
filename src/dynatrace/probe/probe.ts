/**
 * Looks at a Dynatrace account without writing: are the credentials good and what may they do, does the API answer as it
 * is believed to, how full is the account. Whatever is in the way of one look is told, and the others are still made.
 */
import type { Clock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { connectDynatrace } from '../client.ts'
import type { Dynatrace } from '../dynatrace.ts'
import type { Grant } from '../scopes.ts'
import { transport } from '../transport.ts'
import { type AskToken, askToken } from './ask-token.ts'
import { ASSUMPTIONS } from './assumptions.ts'
import type { Check, Section } from './check.ts'
import { checkCredentials } from './credentials.ts'
import { readFacts } from './facts.ts'
import { isOfEnvironment, NEEDS, type Need } from './needs.ts'
import { rawGet } from './raw-get.ts'
import { checkReach } from './reach.ts'
import { checkReads } from './read-checks.ts'
import { READS } from './reads.ts'
import { type Held, scopeChecks, scopesHeld } from './scopes-held.ts'
import { checkSubject, type Subject } from './subject.ts'
import { checkClock, checkEnvironments } from './surroundings.ts'
import { checkUsage } from './usage.ts'

export interface ProbeOptions {
  /** With or without the prefix `urn:dtaccount:`. */
  readonly accountUuid: string
  readonly clientId: string
  readonly clientSecret: string
  readonly apiUrl: string
  readonly ssoUrl: string
  readonly environmentUrl: string
  readonly clock: Clock
}

export interface Probe {
  readonly sections: readonly Section[]
  /** For further looks; undefined when there is no way to the account. */
  readonly dynatrace: Dynatrace | undefined
  close(): Promise<void>
}

const TIMEOUTS = { connect: 5_000, headers: 30_000, body: 30_000, total: 60_000 }

/** Never throws for anything that the account, the network or the credentials do. */
export async function probeAccount(options: ProbeOptions): Promise<Probe> {
  const { clientId, apiUrl, clock } = options
  const accountId = options.accountUuid.trim().replace(/^urn:dtaccount:/i, '')
  const wire = transport({ timeouts: TIMEOUTS, connections: 4 })
  const ask = askToken({ ...options, transport: wire })
  const credentials = await checkCredentials(ask, { accountId, clientId, scopes: namesOf(OF_ACCOUNT) })
  if (credentials.kind === 'bad') {
    await wire.close()
    return ended([credentials.check])
  }
  const { token, subject: uid, aheadMs } = credentials.token
  const reach = await checkReach({ transport: wire, apiUrl, accountId, token })
  const connection = [credentials.check, reach.check, checkClock(aheadMs)]
  if (reach.check.verdict === 'error') {
    await wire.close()
    return ended(connection)
  }
  const scopes = await accountScopes(ask, `urn:dtaccount:${accountId}`)
  const there = await environmentScopes(ask, reach.environment)
  const all = scopes.held.union(there.held)
  const account = connectDynatrace({
    ...options,
    log: silentLog,
    timeouts: TIMEOUTS,
    limits: { retries: 2, longestPause: 10_000 },
    // The bridge asks for those of one kind of call together; a probe looks at what the others allow.
    scopes: {
      account: granted('account', all),
      apiTokens: granted('apiTokens', all),
      documents: granted('documents', all),
    },
  })
  const dynatrace = account.with({ runId: 'doctor', requestIds: [] })
  const facts = readFacts(dynatrace)
  const subject = scopes.held.has('account-idm-read') ? await checkSubject(uid, facts, dynatrace) : NOBODY
  const raw = rawGet({ ask, transport: wire, apiUrl, accountId, clock })
  const denied = subject.checks.some(({ id, verdict }) => id === 'subject.permission' && verdict === 'error')
  const eyes = { dynatrace, facts, subject: subject.user, uid, now: clock.now() }
  const sections = [
    { title: 'Connection', checks: connection },
    { title: 'Scopes of the OAuth client', checks: [...scopes.checks, ...there.checks] },
    { title: 'Subject user', checks: subject.checks },
    { title: 'Environments', checks: await checkEnvironments(facts) },
    { title: 'What the API answers', checks: await checkReads(READS, ASSUMPTIONS, all, eyes, raw, denied) },
    { title: 'Use of limits', checks: await checkUsage(facts, dynatrace) },
  ]
  return {
    sections: sections.filter(({ checks }) => checks.length > 0),
    dynatrace,
    close: async () => {
      await account.close()
      await wire.close()
    },
  }
}

const OF_ACCOUNT = NEEDS.filter(need => !isOfEnvironment(need))
const OF_ENVIRONMENT = NEEDS.filter(isOfEnvironment)
const NOBODY: Subject = { user: undefined, checks: [] }

const namesOf = (needs: readonly Need[]): readonly string[] => needs.map(({ scope }) => scope)

const granted = (grant: Grant, held: ReadonlySet<string>): readonly string[] =>
  namesOf(NEEDS.filter(need => need.grant === grant)).filter(scope => held.has(scope))

const ended = (checks: readonly Check[]): Probe => ({
  sections: [{ title: 'Connection', checks }],
  dynatrace: undefined,
  close: async () => undefined,
})

interface Scopes {
  readonly held: ReadonlySet<string>
  readonly checks: readonly Check[]
}

async function accountScopes(ask: AskToken, resource: string): Promise<Scopes> {
  const held = await scopesHeld(ask, namesOf(OF_ACCOUNT), resource)
  const known = setOf(held)
  const missing = OF_ACCOUNT.filter(({ scope }) => !known.has(scope))
  const finer = await scopesHeld(
    ask,
    missing.flatMap(need => need.finer ?? []),
    resource,
  )
  return { held: known, checks: scopeChecks(OF_ACCOUNT, held, setOf(finer)) }
}

/** The scopes are those of the client, so that one environment is as good as another. */
async function environmentScopes(ask: AskToken, id: string | undefined): Promise<Scopes> {
  const held: Held =
    id === undefined
      ? { kind: 'unknown', why: 'no active environment is known to ask it for' }
      : await scopesHeld(ask, namesOf(OF_ENVIRONMENT), `urn:dtenvironment:${id}`)
  return { held: setOf(held), checks: scopeChecks(OF_ENVIRONMENT, held, new Set()) }
}

const setOf = (held: Held): ReadonlySet<string> => (held.kind === 'known' ? held.scopes : new Set())
