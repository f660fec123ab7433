/** The simulated account through its control plane: what is in it, what a person edits, what was called. */
import { request } from 'undici'
import { z } from 'zod'
import type { edit } from '../../simulator/control/edit.ts'
import { CliError } from '../cli-error.ts'

/** What a person does in the console, without the person. */
export type HandEdit = EditInput extends infer Each
  ? Each extends EditInput
    ? Omit<Each, 'as'>
    : never
  : never
type EditInput = z.input<typeof edit>

const facts = z.object({
  accountName: z.string(),
  admin: z.string(),
  environments: z.array(z.object({ id: z.string(), name: z.string(), active: z.boolean() })),
})
const state = z.object({
  users: z.array(z.object({ email: z.string(), groups: z.array(z.string()) })),
  groups: z.array(z.object({ name: z.string(), uuid: z.string() })),
})
const calls = z.object({ total: z.number(), writes: z.number() })

export type AccountState = z.output<typeof state>
export type CallCounts = z.output<typeof calls>

export interface SimulatedAccount {
  readonly url: string
  facts(): Promise<z.output<typeof facts>>
  state(): Promise<AccountState>
  calls(): Promise<CallCounts>
  edit(as: string, change: HandEdit): Promise<void>
}

const PATIENCE_MS = 10_000

export function simulatedAccount(url: string): SimulatedAccount {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CliError('bad-url', `"${url}" is not the URL of a simulated account. ${REMEDY}`)
  }
  const base = url.replace(/\/+$/, '')
  const call = async <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    body?: object,
  ): Promise<z.output<Schema>> => {
    const answer = await send(`${base}${path}`, body)
    const parsed = schema.safeParse(answer)
    if (parsed.success) return parsed.data
    throw new CliError('no-simulator', `What answers at ${base} is not a simulated account. ${REMEDY}`)
  }
  return {
    url: base,
    facts: () => call('/_simulator', facts),
    state: () => call('/_simulator/state', state),
    calls: () => call('/_simulator/calls', calls),
    async edit(as, change) {
      await call('/_simulator/edit', z.object({ done: z.string() }), { as, ...change })
    },
  }
}

const REMEDY =
  '"npm start" runs one beside the bridge when no Dynatrace account is set up; --simulator names another address.'

async function send(url: string, body: object | undefined): Promise<unknown> {
  try {
    const answer = await request(url, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined
        ? { method: 'GET' }
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
    })
    return asJson(await answer.body.text())
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no connection'
    throw new CliError(
      'no-simulator',
      `No simulated account answers at ${new URL(url).origin} (${code}). ${REMEDY}`,
    )
  }
}

/** What is no JSON is none of the answers that are understood. */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
