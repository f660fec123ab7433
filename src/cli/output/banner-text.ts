/** What a person reads when the bridge has started. */
import type { Settings } from '../../config/settings.ts'

export interface BannerFacts {
  readonly url: string
  /** URL of the simulated account, when there is one. */
  readonly simulator: string | undefined
  readonly settings: Settings
  readonly accessFile: string
  /** Where each token is: a file or the name of a variable. Never the token. */
  readonly scim: string
  readonly admin: string
}

export function bannerText({ url, simulator, settings, accessFile, scim, admin }: BannerFacts): string {
  const lines = [
    ['SCIM', `${url}/scim/v2`, `token in ${scim}`],
    ['Operations', `${url}/api/v1`, `token in ${admin}`],
    ['Health', `${url}/health/ready`, ''],
    ['Metrics', `${url}/metrics`, ''],
    ['API', `${url}/docs`, ''],
    [
      'Dynatrace',
      simulator ?? settings.dynatrace?.apiUrl ?? '',
      simulator === undefined
        ? `account ${settings.dynatrace?.accountUuid ?? ''}`
        : 'simulated, with a sample account',
    ],
    ['Rules', accessFile, ''],
    ['Data', settings.databaseUrl === undefined ? `${settings.dataDir}/bridge.db` : 'PostgreSQL', ''],
  ] as const
  const width = Math.max(...lines.map(([, value, more]) => (more === '' ? 0 : value.length)))
  const table = lines.map(([name, value, more]) =>
    `  ${name.padEnd(11)} ${more === '' ? value : value.padEnd(width)}  ${more}`.trimEnd(),
  )
  const head =
    simulator === undefined
      ? 'The bridge is up.'
      : 'The bridge is up. No Dynatrace account is set up (DT_ACCOUNT_UUID, DT_CLIENT_ID, DT_CLIENT_SECRET),\nso a simulated one runs beside it.'
  const next =
    simulator === undefined ? 'Next: npx scim-bridge plan' : 'Next, in a second terminal: npm run demo'
  return `\n${head}\n\n${table.join('\n')}\n\n${next}\n\n`
}

/** The same for programs, in one line, as the log lines on the same stream are. */
export function bannerJson({ url, simulator, settings, accessFile, scim, admin }: BannerFacts): string {
  const started = {
    scim: { url: `${url}/scim/v2`, token: scim },
    operations: { url: `${url}/api/v1`, token: admin },
    health: `${url}/health/ready`,
    metrics: `${url}/metrics`,
    openapi: `${url}/openapi.json`,
    dynatrace: { url: simulator ?? settings.dynatrace?.apiUrl, simulated: simulator !== undefined },
    rules: accessFile,
    database: settings.databaseUrl === undefined ? `${settings.dataDir}/bridge.db` : 'postgresql',
  }
  return `${JSON.stringify({ started })}\n`
}
