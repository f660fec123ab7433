/** What a person should know of policies and boundaries of ours. */
import type { Finding } from '../lib/finding.ts'
import type { StateBoundary, StatePolicy } from './state.ts'

/** Somebody else's text under the name that bridge.yaml gives to ours. */
export function nameTaken(kind: 'policy' | 'boundary', name: string, level: StatePolicy['level']): Finding {
  const where = level.kind === 'account' ? 'The account' : `Environment ${level.id}`
  return {
    kind: `${kind}-name-taken`,
    severity: 'error',
    subject: `${kind} ${name}`,
    message: `${where} has a ${kind} "${name}" that the bridge did not make; it is left alone, and nothing is granted by it.`,
    remedy: `Rename or delete that ${kind} in Dynatrace, or give the definition in bridge.yaml another name. To use theirs as it is, take the definition out of bridge.yaml.`,
  }
}

const NAMES_SHOWN = 10

/** Nobody defines it any more, and it cannot go. `groups`: names of those that are bound to it. */
export function stillInUse(
  kind: 'policy' | 'boundary',
  { name }: StatePolicy | StateBoundary,
  groups: readonly string[],
): Finding {
  const shown = groups.slice(0, NAMES_SHOWN).map(group => `"${group}"`)
  const more = groups.length > shown.length ? ` and ${groups.length - shown.length} more` : ''
  return {
    kind: 'still-in-use',
    severity: 'warning',
    subject: `${kind} ${name}`,
    message: `bridge.yaml does not define the ${kind} "${name}" any more, but bindings of ${shown.join(', ')}${more} need it; it stays until they are gone.`,
    remedy: `Remove these bindings in Dynatrace, or define the ${kind} in bridge.yaml again.`,
  }
}
