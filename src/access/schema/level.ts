/** The `level` of bindings, permissions and policies in the words of JSON Schema. */
import { z } from 'zod'
import { wantedLabels, words } from './plain.ts'
import { described, required, shape } from './shape.ts'

const environments = described(
  z.union([words, z.array(z.union([words, wantedLabels])).min(1), wantedLabels]),
  {
    id: 'environments',
    description:
      'all; the name or id of one environment; labels that it must carry; or a list of names, ids and labels, which takes what any of them takes. Values of labels may hold {variables}.',
    examples: ['all', 'prod', ['prod', 'stage'], { stage: '{stage}' }, [{ stage: ['prod', 'qa'] }, 'demo']],
  },
)

export const environmentsShape = shape(
  { description: 'Environments of the file.' },
  { environments: required(environments, 'Which environments; one that is added later is picked up.') },
)

const one = z.union([z.literal('account'), environmentsShape.schema])

export const level = described(z.union([one, z.array(one).min(1)]), {
  id: 'level',
  description: 'Where it counts: account, some environments, or a list of these.',
  examples: ['account', { environments: 'all' }, ['account', { environments: { stage: 'prod' } }]],
})
