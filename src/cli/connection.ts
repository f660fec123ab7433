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
  if (options.token !== undefined) return { url, ...usable(options.token, '--token', 'admin') }
  if (options.tokenFile !== undefined) return { url, ...(await fromFile(options.tokenFile, 'admin')) }
  return { url, ...(await kept('admin', env)) }
}

/** As the identity provider would reach the bridge, for commands that play one. */
export async function scimConnectionOf(url: string | undefined, env: CliDeps['env']): Promise<Connection> {
  return { url: bridgeUrl(url, env), ...(await kept('scim', env)) }
}

type Token = Omit<Connection, 'url'>

/** Where the bridge itself takes the token from: its variable, or a file in the data folder. */
async function kept(name: 'admin' | 'scim', env: CliDeps['env']): Promise<Token> {
  const variable = `BRIDGE_${name.toUpperCase()}_TOKEN`
  const given = env[variable]
  if (given !== undefined && given.trim() !== '') return usable(given, variable, name)
  return fromFile(env[`${variable}_FILE`] ?? join(env.BRIDGE_DATA_DIR ?? 'data', `${name}.token`), name)
}

/** The address given, or the one that the bridge's own settings lead to. */
export function bridgeUrl(given: string | undefined, env: CliDeps['env']): string {
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

async function fromFile(file: string, name: 'admin' | 'scim'): Promise<Token> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'is not there' : 'cannot be read'
    const ways = `BRIDGE_${name.toUpperCase()}_TOKEN${name === 'admin' ? ' or --token-file' : ''}`
    throw new CliError(
      'no-token',
      `No ${name} token: the file ${file} ${why}. Run the command where the bridge keeps its data, or give the token with ${ways}.`,
    )
  })
  if (text.trim() !== '') return usable(text, file, name)
  throw new CliError('no-token', `No ${name} token: the file ${file} is empty.`)
}

function usable(text: string, tokenSource: string, name: 'admin' | 'scim'): Token {
  const token = text.trim()
  if (/^[\x21-\x7e]+$/.test(token)) return { token, tokenSource }
  throw new CliError(
    'bad-token',
    `The ${name} token from ${tokenSource} holds spaces or characters that no header can carry. Give the one the bridge was started with.`,
  )
}
