/** Limits of the account that are nearly, or wholly, used up. Pure. */
import type { Level } from '../../dynatrace/dynatrace.ts'
import type { Finding } from '../../lib/finding.ts'
import type { LimitUse } from './usage-memory.ts'

/** From here on it is time to do something. */
const WARN_AT = 0.8

/** `nameOf`: what an environment is called, by its id. */
export const capacityFindings = (
  uses: readonly LimitUse[],
  nameOf: (environment: string) => string,
): readonly Finding[] =>
  uses
    .filter(({ count, limit }) => limit > 0 && count / limit >= WARN_AT)
    .map(({ what, level, count, limit }) => {
      const isFull = count >= limit
      const place = level.kind === 'environment' ? `environment ${nameOf(level.id)}` : 'account'
      const words = level.kind === 'environment' ? `Environment ${nameOf(level.id)}` : 'The account'
      const share = isFull
        ? 'It is full, and what the bridge adds is refused.'
        : `That is ${Math.floor((100 * count) / limit)} %.`
      return {
        kind: 'capacity',
        severity: isFull ? 'error' : 'warning',
        subject: `${what} of the ${place}`,
        message: `${words} has ${figures.format(count)} of at most ${figures.format(limit)} ${what}. ${share}`,
        remedy: remedyFor(what, level),
      }
    })

const figures = new Intl.NumberFormat('en')

/** The names of the account's own limits are not published: those that say what they count get a word of their own. */
function remedyFor(what: string, level: Level): string {
  if (/polic/i.test(what)) {
    return 'Delete policies that nobody needs, or let teams share one by parameters or boundaries.'
  }
  if (/binding/i.test(what)) {
    return level.kind === 'environment'
      ? 'Remove bindings that nobody needs, or bind to the account what holds everywhere.'
      : 'Remove bindings that nobody needs, or gather rights in fewer policies.'
  }
  if (/boundar/i.test(what)) return 'Delete boundaries that nobody needs, or let several rules share one.'
  if (/user/i.test(what)) {
    return 'Let people who have left go (lifecycle in bridge.yaml), or ask Dynatrace to raise the limit.'
  }
  if (/group/i.test(what)) return 'Delete groups that nobody needs, or let several IdP groups share one.'
  return 'Remove those that nobody needs, or ask Dynatrace to raise the limit.'
}
