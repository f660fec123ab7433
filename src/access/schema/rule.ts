/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholders look like it */
/** Rules, and the defaults of rules, with what they grant. */
import { z } from 'zod'
import { level } from './level.ts'
import { match, unless } from './match.ts'
import { day, listOfWords, mode, pairs, words } from './plain.ts'
import { filled, optional, required, shape } from './shape.ts'

const ending = { dependentRequired: { until: ['reason'], reason: ['until'] } }

const until = filled(
  day,
  'The last day on which it is granted (UTC). It is taken away when that day is over.',
  '2027-01-31',
)
const reason = filled(words, 'Why it ends then; required beside "until".', 'The contract with Initech ends')
export const accept = filled(
  listOfWords,
  'Ids of lints that are not to be told here: "scim-bridge lint --explain" lists them.',
)

export const bindingShape = shape(
  { id: 'binding', description: 'A policy that a group gets.', ...ending },
  {
    policy: required(
      words,
      'Name of the policy, of this file or of the account. May hold {variables}.',
      'Standard User',
    ),
    level: filled(level, 'Where it counts. Required unless the defaults give one.'),
    parameters: optional(pairs, 'Fills ${bindParam:name} in the policy and its boundaries.', {
      team: '{team}',
    }),
    boundaries: filled(listOfWords, 'Names of boundaries that limit the policy. May hold {variables}.', [
      'team {team}',
    ]),
    ...{ until, reason, accept },
  },
)

export const permissionShape = shape(
  { id: 'permission', description: 'A role that a group gets.', ...ending },
  {
    role: required(words, 'Name of the role: account-… or tenant-….', 'account-viewer', 'tenant-viewer'),
    level: filled(level, 'Where it counts. Required unless the defaults give one.'),
    managementZones: filled(
      listOfWords.min(1),
      'Names of management zones to which a tenant- role is limited in each environment. May hold {variables}.',
      ['Payments {team}'],
    ),
    ...{ until, reason },
  },
)

const bindings = optional(z.array(bindingShape.schema), 'Policies that the group gets.')
const permissions = optional(z.array(permissionShape.schema), 'Roles that the group gets.')
const groupName = required(words, 'Name of the Dynatrace group. May hold {variables}.', '{team} {role}')
const groupDescription = optional(
  words,
  'Description of the Dynatrace group, at most 255 characters. May hold {variables}.',
  'Provisioned from the IdP group {displayName}',
)

export const groupShape = shape(
  { id: 'group', description: 'The Dynatrace group that members of the IdP groups are put in.' },
  { name: groupName, description: groupDescription },
)

export const oneOfGroupsShape = shape(
  { description: 'One of several Dynatrace groups. It gets what the rule gives, and what is given here.' },
  { name: groupName, description: groupDescription, bindings, permissions },
)

export const ruleShape = shape(
  {
    id: 'rule',
    description: 'Which IdP groups are taken, and what their members get.',
    ...ending,
    oneOf: [{ required: ['group'] }, { required: ['groups'] }],
  },
  {
    name: required(words, 'A name of its own, for messages and reports.', 'team access'),
    description: optional(words, 'For people; shown where access is explained.'),
    mode: filled(
      mode,
      'How far the bridge goes with the groups of this rule; never further than the file says.',
    ),
    match: required(match, 'Which IdP groups are taken.'),
    unless: filled(unless, 'Which of them are left alone.'),
    ...{ until, reason },
    group: filled(groupShape.schema, 'The Dynatrace group. Instead of "groups".'),
    groups: filled(z.array(oneOfGroupsShape.schema).min(1), 'Several Dynatrace groups. Instead of "group".'),
    ...{ bindings, permissions },
  },
)

export const defaultGroupShape = shape(
  { description: 'What groups have unless their rule says otherwise.' },
  { description: groupDescription },
)

export const defaultsShape = shape(
  {
    id: 'defaults',
    description:
      'What every rule has unless it says otherwise. Only {displayName}, {externalId} and "variables" are known here.',
  },
  {
    mode: filled(mode, 'Mode of rules.'),
    level: filled(level, 'Level of bindings and permissions that have none.'),
    group: optional(defaultGroupShape.schema, 'For groups.'),
    bindings: optional(
      z.array(bindingShape.schema),
      'Policies that each group gets. A binding of the rule for the same policy, level and parameters wins.',
    ),
    permissions: optional(
      z.array(permissionShape.schema),
      'Roles that each group gets. A permission of the rule for the same role and level wins.',
    ),
  },
)
