/** `scim-bridge drift repair|ignore|leave <step>`: a person's choice about one difference. */
import { chosenSchema } from '../../http/ops/choices.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { jsonText } from '../output/json-text.ts'

export interface ChoiceOptions extends ConnectionOptions {
  readonly by: string
  readonly reason: string
  readonly until?: string | undefined
}

export async function choose(
  choice: 'repair' | 'ignore' | 'leave',
  step: string,
  { by, reason, until, ...options }: ChoiceOptions,
  deps: CliDeps,
): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const body = { choice, by, reason, ...(until === undefined ? {} : { until: instantOf(until) }) }
  const chosen = await client.post(`/api/v1/drift/${encodeURIComponent(step)}/choice`, body, chosenSchema)
  if (options.json === true) {
    deps.out(jsonText(chosen))
    return 0
  }
  for (const { title, until: end } of chosen.aside ?? []) {
    deps.out(
      choice === 'ignore'
        ? `${title}: ignored until ${end ?? ''}. It is in no plan until then; drift goes on to list it.\n`
        : `${title}: left as it is until it is another difference; drift goes on to list it.\n`,
    )
  }
  if (chosen.run !== undefined) {
    deps.out(`Run ${chosen.run.id} repairs it. To see it happen: scim-bridge run ${chosen.run.id} --follow\n`)
  }
  return 0
}

/** A day alone means its end in UTC. */
const instantOf = (text: string): string => (/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59Z` : text)
