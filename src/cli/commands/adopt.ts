/** `scim-bridge adopt`: what could be taken over, taking it over after a look at what follows, and what is kept. */
import type { z } from 'zod'
import { adoptedSchema, candidatesSchema, keptSchema, releasedSchema } from '../../http/ops/adoption.ts'
import { CliError } from '../cli-error.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { adoptedText, candidatesText, keptText } from '../output/adoption-text.ts'
import { jsonText } from '../output/json-text.ts'

export interface AdoptOptions extends ConnectionOptions {
  readonly all?: boolean | undefined
  readonly kept?: boolean | undefined
  readonly by?: string | undefined
  readonly reason?: string | undefined
}

/** Without names and `--all` lists what there is; without `--by` and `--reason` only shows what would follow. */
export async function adopt(names: readonly string[], options: AdoptOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const print = <T extends object>(answer: T, text: (answer: T) => string) =>
    deps.out(options.json === true ? jsonText(answer) : text(answer))
  if (options.kept === true) {
    print(await client.get('/api/v1/adoptions/kept', keptSchema), keptText)
    return 0
  }
  if (names.length === 0 && options.all !== true) {
    print(await client.get('/api/v1/adoptions', candidatesSchema), candidatesText)
    return 0
  }
  const groups = options.all === true ? {} : { groups: names }
  const word = decidedBy(options)
  const ask = (body: object): Promise<z.output<typeof adoptedSchema>> =>
    client.post('/api/v1/adoptions', { ...groups, ...body }, adoptedSchema)
  if (word === undefined || options.json !== true) {
    const review = await ask({ by: word?.by ?? 'command line', reason: 'review', plan: true })
    print(review, each => adoptedText(each, deps))
  }
  if (word !== undefined) print(await ask(word), each => adoptedText(each, deps))
  return 0
}

export async function releaseKept(id: string, options: AdoptOptions, deps: CliDeps): Promise<number> {
  const word = decidedBy(options)
  if (word === undefined)
    throw new CliError('bad-option', 'Give --by and --reason: both go into the journal.')
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const path = `/api/v1/adoptions/kept/${encodeURIComponent(id)}/release`
  const released = await client.post(path, word, releasedSchema)
  const { kind, title, groupName } = released
  deps.out(
    options.json === true
      ? jsonText(released)
      : `Released the ${kind} ${title} of "${groupName}": the next full pass takes it away, through the guards.\n`,
  )
  return 0
}

function decidedBy({
  by,
  reason,
}: AdoptOptions): { readonly by: string; readonly reason: string } | undefined {
  if (by === undefined && reason === undefined) return undefined
  if (by !== undefined && reason !== undefined) return { by, reason }
  throw new CliError(
    'bad-option',
    'Give both --by and --reason to adopt, or neither to see what would follow.',
  )
}
