/** What all answers about access say of themselves, and how they name places. */
import { z } from 'zod'
import { placesAsked } from '../../access/evaluate/facts.ts'
import type { Place } from '../../access/impact/side.ts'
import type { AccessView } from '../../reconcile/access-view.ts'
import { OperationsError } from './operations-error.ts'

export const placeSchema = z.union([z.literal('account'), z.object({ name: z.string(), id: z.string() })])

export type PlaceAnswer = z.output<typeof placeSchema>

export const placeOf = (place: Place): PlaceAnswer =>
  place.kind === 'account' ? 'account' : { name: place.name, id: place.id }

export const evaluationSchema = z
  .object({
    by: z.literal('bridge'),
    at: z.string().describe('As of when.'),
    note: z.string(),
    unknown: z
      .array(z.string())
      .readonly()
      .describe(
        'What this answer does not know, in sentences: policies whose text could not be read, for one.',
      ),
  })
  .meta({ id: 'AccessEvaluation', description: 'Who says so, as of when, and what is not known.' })

export const evaluationOf = (
  { at, problems }: Pick<AccessView, 'at' | 'problems'>,
  unknown: readonly string[],
): z.output<typeof evaluationSchema> => ({
  by: 'bridge',
  at,
  note: "The bridge's own evaluation of the rules in force and the directory; Dynatrace was not asked.",
  unknown: [...problems, ...unknown],
})

/** The places a question is about, where `environment` may be absent. */
export function placesOf({ model }: AccessView, environment: string | undefined): readonly Place[] {
  const places = placesAsked(model, environment)
  if (places !== undefined) return places
  const known = model.environments.map(({ name }) => name).join(', ')
  throw new OperationsError(
    400,
    'unknown-environment',
    `bridge.yaml lists no environment "${environment}". Ask for one of these by name or id: ${known === '' ? 'account' : `${known}, account`}.`,
  )
}
