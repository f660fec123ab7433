/** Which bridge a command talks to and with which token: from options, settings, or the data folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from './cli-error.ts'
import type { CliDeps } from './deps.ts'

export interface ConnectionOptions {
  readonly url?: string | undefined
  readonly token?: string | undefined
  readonly tokenFile?: string | undefined
  /** Seconds the whole command may take. */
  readonly timeout: number
  readonly json?: boolean | undefined
}

export interface Connection {
  readonly url: string
  readonly token: string
  /** Where the token comes from, for the message when it is refused. */
  readonly tokenSource: string
}

export async function connectionOf(options: ConnectionOptions, env: CliDeps['env']): Promise<Connection> {
  const url = bridgeUrl(options.url, env)
  if (options.token !== undefined) return { url, token: options.token, tokenSource: '--token' }
  if (options.tokenFile !== undefined) return { url, ...(await fromFile(options.tokenFile)) }
  const given = env.BRIDGE_ADMIN_TOKEN
  if (given !== undefined && given !== '') return { url, token: given, tokenSource: 'BRIDGE_ADMIN_TOKEN' }
  const file = env.BRIDGE_ADMIN_TOKEN_FILE ?? join(env.BRIDGE_DATA_DIR ?? 'data', 'admin.token')
  return { url, ...(await fromFile(file)) }
}

function bridgeUrl(given: string | undefined, env: CliDeps['env']): string {
  const url = given ?? `http://${reachable(env.HOST ?? '127.0.0.1')}:${env.PORT ?? '8080'}`
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CliError(
      'bad-url',
      `"${url}" is not the URL of a bridge. Give one like http://127.0.0.1:8080 with --url.`,
    )
  }
  return url.replace(/\/+$/, '')
}

/** A server listens on a wildcard; a client cannot call one. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

async function fromFile(file: string): Promise<{ readonly token: string; readonly tokenSource: string }> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'is not there' : 'cannot be read'
    throw new CliError(
      'no-token',
      `No admin token: the file ${file} ${why}. Run the command where the bridge keeps its data, or give the token with BRIDGE_ADMIN_TOKEN or --token-file.`,
    )
  })
  const token = text.trim()
  if (token !== '') return { token, tokenSource: file }
  throw new CliError('no-token', `No admin token: the file ${file} is empty.`)
}
