/** What may happen to a company, an account and a bridge, as one seed has it. */
import type { Chance } from './chance.ts'

export const TEAMS = ['payments', 'checkout', 'search']
export const ROLES = ['viewer', 'editor']
export const PEOPLE = Array.from({ length: 12 }, (_, at) => `p${at}`)
export const ADMIN = 'break.glass'

const GUARDS = `
guards:
  removals: { count: 6, percent: 40, perDay: { count: 12, percent: 60 } }
  groupShrink: { percent: 60 }
  directoryShrink: { count: 4, percent: 35 }
`
export const FILE = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
  stage: { id: def67890, labels: { stage: nonprod } }
rules:
  - name: teams
    match: dt-{team}-{role:viewer|editor}
    group: { name: "{team} {role}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team rights, level: { environments: { stage: prod } }, parameters: { team: "{team}" }, boundaries: [ "only {team}" ] }
  - name: editors
    match: dt-{team}-editor
    group: { name: "{team} editor" }
    permissions: [ { role: tenant-viewer, level: { environments: [ stage ] } } ]
policies:
  - { name: team rights, statement: 'ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";' }
boundaries:
  - { name: "only {team}", for: teams, query: 'storage:dt.security_context = "{team}";' }
protect: { users: [ ${ADMIN}@acme.example ] }
${GUARDS}`

/** The file as it might be rolled out; the last is none. */
export const FILES: Readonly<Record<string, string>> = {
  usual: FILE,
  observe: FILE.replace('version: 1', 'version: 1\nmode: observe'),
  upsert: FILE.replace('version: 1', 'version: 1\nmode: upsert'),
  'without a binding': FILE.replace('      - { policy: Standard User, level: account }\n', ''),
  'with another policy': FILE.replace('policy: Standard User', 'policy: Read Logs'),
  'of administrators': FILE.replace(
    '      - { policy: Standard User, level: account }\n',
    '      - { policy: Standard User, level: account }\n      - { policy: Admin User, level: account }\n',
  ),
  'that matches nobody': FILE.replaceAll('match: dt-', 'match: no-'),
  broken: FILE.replace('policy: team rights', 'polcy: team rights'),
}

export type Event =
  | { readonly kind: 'hour' | 'day' | 'month' }
  | { readonly kind: 'joiner' | 'leaver' | 'returner' | 'deleted'; readonly who: string }
  | { readonly kind: 'mover'; readonly who: string; readonly group: string; readonly in: boolean }
  | { readonly kind: 'unassign-everybody' | 'assign-everybody' }
  | { readonly kind: 'hand'; readonly edit: object }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'faults'; readonly rate: number; readonly seed: number }
  /** `writes`: of the database, until the process dies; undefined: it lives. */
  | { readonly kind: 'full' | 'keyed'; readonly instance: 0 | 1; readonly writes: number | undefined }
  /** After so many looks at the lease the other instance has it, and begins while this one ends. */
  | { readonly kind: 'taken-over'; readonly instance: 0 | 1; readonly looks: number }
  | { readonly kind: 'approve' }

const groups = TEAMS.flatMap(team => ROLES.map(role => `${team} ${role}`))

export function nextEvent(chance: Chance): Event {
  const who = chance.pick(PEOPLE)
  const instance = chance.oneIn(3) ? 1 : 0
  const kind = chance.pick([
    ...['hour', 'hour', 'day', 'month', 'joiner', 'joiner', 'leaver', 'returner', 'deleted'],
    ...['mover', 'mover', 'mover', 'mover', 'hand', 'hand', 'hand', 'file', 'faults', 'approve'],
    ...[
      'taken-over',
      'full',
      'full',
      'full',
      'full',
      'keyed',
      'keyed',
      'keyed',
      'unassign-everybody',
      'assign-everybody',
    ],
  ] as const)
  switch (kind) {
    case 'mover':
      return { kind, who, group: `dt-${chance.pick(TEAMS)}-${chance.pick(ROLES)}`, in: !chance.oneIn(3) }
    case 'hand':
      return { kind, edit: handEdit(chance) }
    case 'file':
      return { kind, name: chance.oneIn(2) ? 'usual' : chance.pick(Object.keys(FILES)) }
    case 'faults':
      return { kind, rate: chance.oneIn(2) ? 0 : 0.15, seed: chance.below(1_000_000) }
    case 'full':
    case 'keyed':
      return { kind, instance, writes: chance.oneIn(6) ? chance.below(12) : undefined }
    case 'taken-over':
      return { kind, instance, looks: chance.below(20) }
    case 'unassign-everybody':
    case 'assign-everybody':
      return chance.oneIn(3) ? { kind } : { kind: 'hour' }
    case 'joiner':
    case 'leaver':
    case 'returner':
    case 'deleted':
      return { kind, who }
    default:
      return { kind }
  }
}

function handEdit(chance: Chance): object {
  const group = chance.pick(groups)
  const level = chance.pick(['account', 'prod', 'stage'])
  return chance.pick([
    { do: 'add-member', group, user: 'ben.okafor@acme.example' },
    { do: 'remove-member', group, user: `${chance.pick(PEOPLE)}@acme.example` },
    { do: 'add-binding', group, policy: chance.pick(['Admin User', 'Pro User']), level },
    { do: 'remove-binding', group, policy: 'Standard User', level: 'account' },
    { do: 'add-permission', group, role: 'tenant-logviewer', level: chance.pick(['prod', 'stage']) },
    { do: 'rename-group', group, name: `${group} by hand` },
    { do: 'describe-group', group, description: 'by hand' },
    { do: 'delete-group', group },
    { do: 'create-group', name: `local ${chance.below(5)}` },
    { do: 'remove-user', user: `${chance.pick(PEOPLE)}@acme.example` },
  ])
}
