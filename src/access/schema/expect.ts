/** Entries of `expect`: tests of the access that rules give. */
import { z } from 'zod'
import { listOfWords, wantedLabels, words } from './plain.ts'
import { filled, shape } from './shape.ts'

const oneOrMore = z.union([words, listOfWords.min(1)])
const permission = 'storage:logs:read'

export const expectationShape = shape(
  {
    id: 'expectation',
    description: 'What people in these IdP groups must be able to do, or must not.',
    anyOf: [{ required: ['can'] }, { required: ['cannot'] }],
  },
  {
    name: filled(words, 'What messages call it.'),
    group: filled(words, 'Name of the IdP group; it need not exist.', 'dt-payments-viewer-prod'),
    groups: filled(listOfWords.min(1), 'Names of IdP groups: somebody who is in all of them.'),
    externalId: filled(words, 'External id of the IdP group, for rules that match by it.'),
    environment: filled(
      z.union([words, z.array(words).min(1), wantedLabels]),
      'Where: environments by name, id or labels, or all; every environment of the file unless given.',
      'prod',
    ),
    can: filled(oneOrMore, 'Permissions that they must have.', permission),
    cannot: filled(oneOrMore, 'Permissions that they must not have.', permission),
    where: filled(
      z.record(z.string(), words),
      'What the permissions are used on, by the name of the condition.',
      {
        'storage:dt.security_context': 'payments',
      },
    ),
  },
)
