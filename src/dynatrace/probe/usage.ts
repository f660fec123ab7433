/** How much of its limits the account uses: a warning in time, an error when nothing more fits. */
import type { Dynatrace, Level, LevelLimits, Usage } from '../dynatrace.ts'
import { UpstreamError } from '../upstream-error.ts'
import { type Check, fault, ok, warning } from './check.ts'
import type { Facts } from './facts.ts'
import { unread } from './sight.ts'

/** From here on it is time to do something. */
const WARN_AT = 0.8

interface Counted extends Usage {
  readonly what: string
}

export async function checkUsage(facts: Facts, dynatrace: Dynatrace): Promise<readonly Check[]> {
  const active = await facts.activeEnvironments().catch(() => [])
  const levels: readonly (readonly [name: string, level: Level])[] = [
    ['account', { kind: 'account' }],
    ...active.map(({ id, name }) => [`environment ${name} (${id})`, { kind: 'environment', id }] as const),
  ]
  const own = reading('account', 'people', async () =>
    (await dynatrace.limits.account()).map(({ type, count, limit }) => ({ what: type, count, limit })),
  )
  const ofLevels = levels.map(([name, level]) =>
    reading(name, 'policies', async () => counted(await facts.limits(level), level)),
  )
  return (await Promise.all([own, ...ofLevels])).flat()
}

async function reading(
  where: string,
  kind: string,
  read: () => Promise<readonly Counted[]>,
): Promise<readonly Check[]> {
  const id = `limits.${kind}.${where}`
  try {
    return checksOf(id, where, await read())
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return [unread(id, `limits of ${where === 'account' ? 'the account' : where}`, error)]
  }
}

/** What is well in one line, each of the others in one of its own. */
function checksOf(id: string, where: string, all: readonly Counted[]): readonly Check[] {
  const share = ({ count, limit }: Usage) => (limit > 0 ? count / limit : 0)
  const well = all.filter(each => share(each) < WARN_AT)
  const others = all.filter(each => share(each) >= WARN_AT)
  return [
    ...(well.length === 0 ? [] : [ok(id, `${capital(where)}: ${well.map(text).join(', ')}`)]),
    ...others.map(each =>
      each.count >= each.limit
        ? fault(
            `${id}.${each.what}`,
            `${capital(where)}: ${text(each)}. It is full, and what the bridge adds is refused.`,
            remedyFor(each.what),
          )
        : warning(
            `${id}.${each.what}`,
            `${capital(where)}: ${text(each)} (${Math.floor(100 * share(each))} %).`,
            remedyFor(each.what),
          ),
    ),
  ]
}

const figures = new Intl.NumberFormat('en')

const text = ({ what, count, limit }: Counted): string =>
  `${what} ${figures.format(count)} of ${figures.format(limit)}`

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

function counted({ policies, bindings, boundaries }: LevelLimits, level: Level): readonly Counted[] {
  const named = (what: string, usage: Usage | undefined) => (usage === undefined ? [] : [{ what, ...usage }])
  return [
    ...named('policies', policies),
    ...named('bindings', bindings),
    ...(level.kind === 'account' ? named('boundaries', boundaries) : []),
  ]
}

function remedyFor(what: string): string {
  switch (what) {
    case 'policies':
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
      return 'Delete policies that nobody needs, or let teams share one by parameters (${bindParam:…}) or boundaries.'
    case 'bindings':
      return 'Remove bindings that nobody needs, or gather rights in fewer policies.'
    case 'boundaries':
      return 'Delete boundaries that nobody needs, or let several rules share one.'
    default:
      return 'Remove those that nobody needs, or ask Dynatrace to raise the limit.'
  }
}
