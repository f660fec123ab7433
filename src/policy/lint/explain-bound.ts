// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
/** What the lints of boundaries, bindings and accounts mean. */
import type { LintRule } from './explain.ts'

export const boundRules = {
  'boundary-without-effect': {
    title: 'A boundary that leaves a permission as open as the policy has it',
    explanation:
      'A boundary restricts a permission by those of its conditions that the permission knows. When none fits, the permission is granted without restriction, and nothing tells. DENY is never touched by boundaries.',
    fix: 'Add a line that fits the permission, or bind it by a policy of its own.',
    example: {
      bad: 'policy:   ALLOW storage:entities:read;\nboundary: storage:host.name = "a";',
      good: 'policy:   ALLOW storage:entities:read;\nboundary: storage:dt.security_context = "a";',
    },
  },
  'boundaries-widen': {
    title: 'Several boundaries that undo one another',
    explanation:
      'Boundaries of one binding are a union: what one of them lets through is granted. More boundaries therefore widen access. One that fits no condition of a permission opens it altogether, whatever the others say.',
    fix: 'Conditions that are to hold together belong into one boundary, as lines of different names.',
    example: {
      bad: 'boundary 1: storage:host.name = "a";\nboundary 2: global:week-day = "Monday";',
      good: 'boundary: storage:host.name = "a";\n          global:week-day = "Monday";',
    },
  },
  'zone-beside-grail': {
    title: 'A management zone that is to restrict data in Grail',
    explanation:
      'Grail knows no management zones: the condition fits role permissions and settings only. What restricts records is the security context, so a boundary for a team normally has three lines.',
    fix: 'Add lines for storage:dt.security_context and settings:dt.security_context.',
    example: {
      bad: 'environment:management-zone = "team a";',
      good: 'environment:management-zone = "team a";\nstorage:dt.security_context = "team a";\nsettings:dt.security_context = "team a";',
    },
  },
  'parameter-missing': {
    title: 'A template parameter that the binding does not give',
    explanation:
      'Every ${bindParam:name} of the policy has to be given by each binding; it is given through the API only. Dynatrace refuses a binding without it.',
    fix: 'Give the value in parameters of the binding.',
    example: {
      bad: '{ policy: team data, level: account }',
      good: '{ policy: team data, level: account, parameters: { team: a } }',
    },
  },
  'parameter-unused': {
    title: 'A parameter that nothing takes',
    explanation:
      'Neither the policy nor a boundary of the binding has a placeholder of this name. Most often the name is misspelt, or the policy has lost its condition.',
    fix: 'Remove the parameter, or correct its name.',
    example: { bad: 'parameters: { team: a, tier: gold }', good: 'parameters: { team: a }' },
  },
  'over-limit': {
    title: 'More than Dynatrace has room for',
    explanation:
      'An account has room for 200 policies and 2,000 boundaries, an account or environment for 30,000 bindings of policies to groups. None of these can be raised. A policy has room for 100 statements, a boundary for 10 restrictions; texts beyond that are not read at all.',
    fix: 'Let one policy with ${bindParam:name} stand for many, and bind it with parameters.',
    example: {
      bad: 'storage:dt.security_context = "a"',
      good: 'storage:dt.security_context = "${bindParam:team}"',
    },
  },
} as const satisfies Readonly<Record<string, LintRule>>
