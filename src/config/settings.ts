/** The settings of the process, from environment variables: all of them, or everything that is wrong. */
import { nearest } from '../lib/nearest.ts'
import { isForeignVariable } from './foreign-variable.ts'
import { isSet, readSetting, type SettingSource } from './setting.ts'
import * as values from './setting-values.ts'
import { type VariableName, variableNames } from './variables.ts'

export interface DynatraceSettings {
  readonly accountUuid: string
  readonly clientId: string
  readonly clientSecret: string
  /** Without a slash at the end, as are `ssoUrl` and `environmentUrl`. */
  readonly apiUrl: string
  readonly ssoUrl: string
  /** Address of an environment, with `{id}` where its id goes. */
  readonly environmentUrl: string
}

export interface Settings {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  readonly dataDir: string
  /** Undefined: SQLite in `dataDir`. */
  readonly databaseUrl: string | undefined
  /** Path of `bridge.yaml`; undefined: the sample. */
  readonly configPath: string | undefined
  /** Undefined: generated once and kept in `dataDir`, as is `adminToken`. */
  readonly scimToken: string | undefined
  readonly adminToken: string | undefined
  /** `auto`, or the attribute as the administrator wrote it: see `emailAttribute` of the directory. */
  readonly emailAttribute: string
  /** In ASCII and lower case, `*.` in front meaning all subdomains; none: every domain is accepted. */
  readonly emailDomains: readonly string[]
  /** Whether the POST of a deactivated user's name brings that user back instead of being refused. */
  readonly reactivate: boolean
  /** In seconds; 0 doubts no deactivation. */
  readonly staleDeactivationSeconds: number
  /** How long finished runs are kept; the journal is kept for ever. */
  readonly keepRunsDays: number
  /** Whether the deviations of identity providers from the RFCs are refused. */
  readonly strict: boolean
  /** Undefined: no account is set up, and the simulator takes its place. */
  readonly dynatrace: DynatraceSettings | undefined
  readonly logLevel: values.LogLevel
}

export type ReadSettings =
  | { readonly kind: 'valid'; readonly settings: Settings }
  /** Sentences that name the variable and the remedy, and never hold a value that may be secret. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }

export function readSettings(env: NodeJS.ProcessEnv): ReadSettings {
  const problems: string[] = []
  const source: SettingSource = { env, problem: message => problems.push(message) }
  reportUnknown(source)
  const settings: Settings = {
    host: readSetting('HOST', values.host, source) ?? '127.0.0.1',
    port: readSetting('PORT', values.port, source) ?? 8080,
    dataDir: readSetting('BRIDGE_DATA_DIR', values.text, source) ?? './data',
    databaseUrl: readSetting('DATABASE_URL', values.databaseUrl, source),
    configPath: readSetting('BRIDGE_CONFIG', values.text, source),
    scimToken: readSetting('BRIDGE_SCIM_TOKEN', values.token, source),
    adminToken: readSetting('BRIDGE_ADMIN_TOKEN', values.token, source),
    emailAttribute: readSetting('BRIDGE_EMAIL_ATTRIBUTE', values.text, source) ?? 'auto',
    emailDomains: readSetting('BRIDGE_EMAIL_DOMAINS', values.emailDomains, source) ?? [],
    reactivate: readSetting('BRIDGE_REACTIVATE', values.truth, source) ?? true,
    staleDeactivationSeconds:
      readSetting('BRIDGE_STALE_DEACTIVATION_SECONDS', values.staleDeactivationSeconds, source) ?? 10,
    keepRunsDays: readSetting('BRIDGE_KEEP_RUNS_DAYS', values.keepRunsDays, source) ?? 90,
    strict: readSetting('BRIDGE_STRICT', values.truth, source) ?? false,
    dynatrace: readDynatrace(source),
    logLevel: readSetting('LOG_LEVEL', values.logLevel, source) ?? 'info',
  }
  if (settings.scimToken !== undefined && settings.scimToken === settings.adminToken) {
    problems.push(
      'BRIDGE_SCIM_TOKEN and BRIDGE_ADMIN_TOKEN are the same: the identity provider must not be able to operate the bridge. Make two tokens.',
    )
  }
  return problems.length === 0 ? { kind: 'valid', settings } : { kind: 'invalid', problems }
}

function readDynatrace(source: SettingSource): DynatraceSettings | undefined {
  const accountUuid = readSetting('DT_ACCOUNT_UUID', values.accountUuid, source)
  const clientSecret = readSetting('DT_CLIENT_SECRET', values.secret, source)
  const givenId = readSetting('DT_CLIENT_ID', values.secret, source)
  const apiUrl = readSetting('DT_API_URL', values.baseUrl, source) ?? 'https://api.dynatrace.com'
  const ssoUrl = readSetting('DT_SSO_URL', values.baseUrl, source) ?? 'https://sso.dynatrace.com'

  const environmentUrl =
    readSetting('DT_ENVIRONMENT_URL', values.environmentUrl, source) ?? environmentUrlBeside(apiUrl)

  const derivedId = clientSecret === undefined ? undefined : clientIdOf(clientSecret)
  if (givenId !== undefined && derivedId !== undefined && givenId !== derivedId) {
    source.problem(
      'DT_CLIENT_SECRET belongs to another OAuth client than DT_CLIENT_ID: its first two parts are not that id. Correct one of them, or remove DT_CLIENT_ID.',
    )
  }
  reportMissing(derivedId !== undefined, source)
  const clientId = givenId ?? derivedId
  if (accountUuid === undefined || clientId === undefined || clientSecret === undefined) return undefined
  return { accountUuid, clientId, clientSecret, apiUrl, ssoUrl, environmentUrl }
}

/** Dynatrace is never without TLS, so that plain HTTP leads to a simulator, which has the environments beside the account. */
function environmentUrlBeside(apiUrl: string): string {
  return apiUrl.startsWith('http:') ? `${apiUrl}/e/{id}` : 'https://{id}.apps.dynatrace.com'
}

/** Half of the credentials is a mistake: the bridge would quietly start with the simulator. */
function reportMissing(idIsKnown: boolean, { env, problem }: SettingSource): void {
  const group: readonly VariableName[] = [
    'DT_ACCOUNT_UUID',
    'DT_CLIENT_ID',
    'DT_CLIENT_SECRET',
    'DT_API_URL',
    'DT_SSO_URL',
    'DT_ENVIRONMENT_URL',
  ]
  const given = group.filter(name => isSet(name, env))
  if (given.length === 0) return
  const missing = group
    .slice(0, 3)
    .filter(name => !isSet(name, env) && !(name === 'DT_CLIENT_ID' && idIsKnown))
  if (missing.length === 0) return
  problem(
    `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing, while ${given.join(' and ')} ${
      given.length > 1 ? 'are' : 'is'
    } set: set all of DT_ACCOUNT_UUID, DT_CLIENT_ID and DT_CLIENT_SECRET, or no DT_ variable to use the simulator.`,
  )
}

/** The secret of an OAuth client begins with its id: `dt0s02.<id>.<secret>`. */
function clientIdOf(secret: string): string | undefined {
  const [kind, id, rest, ...more] = secret.split('.')
  return kind?.startsWith('dt0s') && id && rest && more.length === 0 ? `${kind}.${id}` : undefined
}

function reportUnknown({ env, problem }: SettingSource): void {
  const known = variableNames.flatMap(name => [name, `${name}_FILE`])
  // Prefixes are left out of the comparison, so that BRIDGE_LOG_LEVEL leads to LOG_LEVEL.
  const byRest = new Map(known.map(name => [withoutPrefix(name), name]))
  for (const [name, value = ''] of Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (withoutPrefix(name) === name || known.includes(name) || isForeignVariable(name, value)) continue
    const meant = byRest.get(nearest(withoutPrefix(name), byRest.keys()) ?? '')
    problem(
      `${name} is no setting of the bridge: ${meant === undefined ? 'remove it.' : `did you mean ${meant}?`}`,
    )
  }
}

const withoutPrefix = (name: string): string => name.replace(/^(BRIDGE|DT)_/, '')
