/** `defaults`: what every rule has unless it says otherwise. */
import type { Path } from './locate.ts'
import type { BindingTemplate, LevelSelector, Mode, PermissionTemplate } from './model.ts'
import { readBindings, reportBindingsTwice } from './read-binding.ts'
import type { KnownEnvironments } from './read-environments.ts'
import { readDescription } from './read-group.ts'
import { readLevel } from './read-level.ts'
import type { Constants } from './read-match.ts'
import { readPermissions, reportPermissionsTwice } from './read-permission.ts'
import { type Scope, scopeOf } from './read-template.ts'
import { type Reading, readMapping, readValue } from './reading.ts'
import { defaultGroupShape, defaultsShape } from './schema/rule.ts'
import { mode } from './values.ts'
import type { Written } from './written.ts'

export interface Defaults {
  readonly mode: Mode | undefined
  readonly level: LevelSelector | undefined
  /** Of groups. */
  readonly description: string
  readonly bindings: readonly Written<BindingTemplate>[]
  readonly permissions: readonly Written<PermissionTemplate>[]
}

export function readDefaults(
  value: unknown,
  path: Path,
  context: {
    readonly known: KnownEnvironments
    readonly constants: Constants
    readonly today: string | undefined
  },
  reading: Reading,
): Defaults {
  const given = value === undefined ? undefined : readMapping(value, path, defaultsShape.keys, reading)
  if (given === undefined) return none
  const scope: Scope = { ...scopeOf(everywhere, context.constants), of: 'every rule' }
  const { known, today } = context
  const level =
    given.level === undefined
      ? undefined
      : readLevel(given.level, [...path, 'level'], { known, scope }, reading)
  const granting = { known, scope, today, level }
  const inner = [...path, 'group']
  const group =
    given.group === undefined ? {} : readMapping(given.group, inner, defaultGroupShape.keys, reading)
  const bindings = readBindings(given.bindings ?? [], [...path, 'bindings'], granting, reading) ?? []
  const permissions =
    readPermissions(given.permissions ?? [], [...path, 'permissions'], granting, reading) ?? []
  reportBindingsTwice(bindings)
  reportPermissionsTwice(permissions)
  return {
    mode: given.mode === undefined ? undefined : readValue(mode, given.mode, [...path, 'mode'], reading),
    level,
    description: readDescription(group?.description, [...inner, 'description'], scope, reading) ?? '',
    bindings,
    permissions,
  }
}

const none: Defaults = { mode: undefined, level: undefined, description: '', bindings: [], permissions: [] }

/** Variables that every rule has. */
const everywhere = new Map([
  ['displayName', undefined],
  ['externalId', undefined],
])
