/** How full the levels are to which a plan adds something that counts. */
import type { Dynatrace, Usage } from '../../dynatrace/dynatrace.ts'
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import { messageOf } from '../../lib/errors.ts'
import { levelKey } from '../keys.ts'
import type { StepAction } from '../step.ts'
import { countedBy, type Fullness } from './usage.ts'

/** By `levelKey`. A limit that cannot be read stops nothing: Dynatrace will say so itself. */
export async function readLimits(
  actions: readonly StepAction[],
  dynatrace: Pick<Dynatrace, 'limits'>,
): Promise<{ readonly limits: ReadonlyMap<string, Fullness>; readonly problems: readonly string[] }> {
  const levels = new Map(
    actions.flatMap(action => {
      const counted = countedBy(action)
      if (counted === undefined || counted.what === 'users' || counted.what === 'groups') return []
      return [[levelKey(counted.level), counted.level] as const]
    }),
  )
  const limits = new Map<string, Fullness>()
  const problems: string[] = []
  const read = async ([key, level]: readonly [string, LevelOf]) => {
    try {
      limits.set(key, await dynatrace.limits.level(level))
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const where = level.kind === 'environment' ? `environment ${level.id}` : 'the account'
      problems.push(`How full ${where} is could not be read: ${messageOf(error)}`)
    }
  }
  await Promise.all([...levels].map(read))
  if (growsMuch(actions)) {
    const [users, groups] = await readAccount(dynatrace, problems)
    limits.set('account', { ...limits.get('account'), users, groups })
  }
  return { limits, problems }
}

/** A few people more are not worth a call: one who does not fit leaves nothing half done, and Dynatrace says why. */
const FEW_PEOPLE = 10

function growsMuch(actions: readonly StepAction[]): boolean {
  const people = actions.filter(({ kind }) => kind === 'invite-user').length
  return people > FEW_PEOPLE || actions.some(({ kind }) => kind === 'create-group')
}

/** The names of these limits are not documented; by other names they are not known. */
async function readAccount(
  dynatrace: Pick<Dynatrace, 'limits'>,
  problems: string[],
): Promise<readonly [Usage | undefined, Usage | undefined]> {
  try {
    const found = await dynatrace.limits.account()
    const named = (type: string) => found.find(each => each.type.toLowerCase() === type)
    return [named('users'), named('groups')]
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    problems.push(`How many users and groups the account may have could not be read: ${messageOf(error)}`)
    return [undefined, undefined]
  }
}

type LevelOf = NonNullable<ReturnType<typeof countedBy>>['level']
