/** Who brought drift about, in words. */
import { unreachable } from '../../lib/errors.ts'
import type { DriftActor } from './drift.ts'

/** e.g. `ana.kos@acme.example in the console, 2026-11-22T10:00Z`. */
export function actorText(actor: DriftActor): string {
  switch (actor.kind) {
    case 'person':
      return `${actor.name}${actor.client === undefined ? ' in the console' : ` through client ${actor.client}`}, ${minute(actor.at)}`
    case 'automation':
      return `automation ${actor.name}${actor.client === undefined ? '' : ` (client ${actor.client})`}, ${minute(actor.at)}`
    case 'own-client':
      return `another process with this bridge's own OAuth client, ${minute(actor.at)}`
    case 'none':
      return 'nobody by hand'
    case 'not-yet-known':
      return 'not yet known: the audit log may lag behind'
    case 'unknown':
      return `unknown: ${actor.why.replace(/\.$/, '')}`
    default:
      return unreachable(actor)
  }
}

const minute = (instant: string): string => `${instant.slice(0, 16)}Z`
