// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
/** What each lint means, the fact of the vendor behind it and the way out, for `scim-bridge lint --explain`. */
import { catalogueOrigin } from '../catalogue.ts'
import { boundRules } from './explain-bound.ts'
import type { LintId } from './lint.ts'

export interface LintRule {
  readonly title: string
  readonly explanation: string
  readonly fix: string
  readonly example: { readonly bad: string; readonly good: string }
}

/** Every lint, those of names first, then those of one policy, then those of bindings. */
export const lintRules: Readonly<Record<LintId, LintRule>> = {
  'unknown-permission': {
    title: 'A permission that the catalogue does not have',
    explanation: `Dynatrace accepts statements on permissions that do not exist and grants nothing by them. The catalogue is the vendor's policy reference of ${catalogueOrigin.date}; the list grows, so a new permission is reported here too.`,
    fix: 'Correct the spelling. If the permission is new, leave it and accept the warning.',
    example: { bad: 'ALLOW storage:log:read;', good: 'ALLOW storage:logs:read;' },
  },
  'unknown-condition': {
    title: 'A condition that the catalogue does not have',
    explanation: `The catalogue is the vendor's policy reference of ${catalogueOrigin.date}. In a boundary an unknown line is dropped without a word, which may leave everything open.`,
    fix: 'Correct the spelling; names are case-sensitive.',
    example: { bad: 'storage:hostname = "a";', good: 'storage:host.name = "a";' },
  },
  'operator-not-taken': {
    title: 'An operator that the condition does not take',
    explanation:
      'The policy reference lists the operators of each condition for each permission. What Dynatrace does with another one is not documented; the condition may be ignored.',
    fix: 'Use one of the operators that the message lists.',
    example: {
      bad: 'ALLOW storage:logs:read WHERE storage:host.name != "a";',
      good: 'ALLOW storage:logs:read WHERE storage:host.name IN ("b", "c");',
    },
  },
  'condition-not-taken': {
    title: 'A condition that a permission of the statement does not know',
    explanation:
      'Conditions are defined for each permission. What Dynatrace does when one permission of a statement knows the condition and another does not is not documented, so the result cannot be foretold.',
    fix: 'Split the statement, so that each condition stands with permissions that know it.',
    example: {
      bad: 'ALLOW storage:logs:read, storage:entities:read WHERE storage:host.name = "a";',
      good: 'ALLOW storage:logs:read WHERE storage:host.name = "a";\nALLOW storage:entities:read WHERE storage:dt.security_context = "a";',
    },
  },
  'value-not-usable': {
    title: 'A value that the condition can never have',
    explanation:
      'Times need a zone, week days are English names, and storage:query-consumption is ON_DEMAND or INCLUDED. A statement with another value is ignored without an error.',
    fix: 'Write the value as the message shows.',
    example: { bad: 'global:week-day = "Mon";', good: 'global:week-day = "Monday";' },
  },
  'wildcard-not-known': {
    title: 'A * in an operator that compares letter by letter',
    explanation: 'Only MATCH knows wild cards. Everywhere else the * has to be in the value itself.',
    fix: 'Use startsWith without the *, or MATCH with a list of patterns where the condition takes it.',
    example: {
      bad: 'ALLOW storage:buckets:read WHERE storage:bucket-name = "default_*";',
      good: 'ALLOW storage:buckets:read WHERE storage:bucket-name startsWith "default_";',
    },
  },
  'placeholder-malformed': {
    title: 'A placeholder that is none',
    explanation:
      'Values may hold ${bindParam:name}, given by each binding, and the attributes ${global:levelId}, ${global:userGroup} and ${global:userId}. Anything else that looks like one stays as it is written, and matches nothing.',
    fix: 'Close the braces and correct the name.',
    example: {
      bad: 'storage:dt.security_context = "${bindParam:team";',
      good: 'storage:dt.security_context = "${bindParam:team}";',
    },
  },
  'table-without-bucket': {
    title: 'A permission on a table of Grail without one on buckets',
    explanation:
      'Grail checks two permissions: one on the bucket, storage:buckets:read, and one on the table. With the second alone a query returns nothing, and no error. Another policy of the same group may bring the first: of a policy by itself this is a warning, of all bindings of a group an error.',
    fix: 'Allow storage:buckets:read too, as narrow as the data.',
    example: {
      bad: 'ALLOW storage:logs:read;',
      good: 'ALLOW storage:buckets:read WHERE storage:bucket-name startsWith "default_";\nALLOW storage:logs:read;',
    },
  },
  'unconditional-allow': {
    title: 'An ALLOW without condition that voids one with conditions',
    explanation:
      'Statements of all policies, levels and groups of a user count together, and an unconditional ALLOW is looked at before a conditional one. The conditions on the same permission then restrict nothing. The data policies that come with Dynatrace are unconditional.',
    fix: 'Remove one of the two.',
    example: {
      bad: 'ALLOW storage:entities:read;\nALLOW storage:entities:read WHERE storage:entity.type = "dt.entity.host";',
      good: 'ALLOW storage:entities:read WHERE storage:entity.type = "dt.entity.host";',
    },
  },
  'unconditional-deny': {
    title: 'A DENY without condition',
    explanation:
      'It is looked at first, for all groups and levels together, so nothing can allow the permission again to anybody who has this policy. Dynatrace advises against it, and boundaries do not narrow it.',
    fix: 'Do not allow what nobody should have, or add a condition.',
    example: {
      bad: 'DENY settings:objects:write;',
      good: 'DENY settings:objects:write WHERE settings:schemaId startsWith "builtin:oneagent";',
    },
  },
  'statement-without-effect': {
    title: 'A statement or line that changes nothing',
    explanation:
      'Its conditions contradict one another (all of them have to hold), or another statement says the same or more, or a DENY takes it away. In a boundary lines of one name are alternatives, so a narrower line beside a wider one does nothing. A statement that is named here can be removed without changing any decision.',
    fix: 'Remove it, or write what was meant: alternatives are two statements, or IN.',
    example: {
      bad: 'ALLOW storage:entities:read WHERE storage:entity.type = "a" AND storage:entity.type = "b";',
      good: 'ALLOW storage:entities:read WHERE storage:entity.type IN ("a", "b");',
    },
  },
  ...boundRules,
}
