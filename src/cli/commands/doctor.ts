/** `scim-bridge doctor`: looks at settings, rules, database and account, changes nothing, and says what is wrong. */
import { readSettings, type Settings } from '../../config/settings.ts'
import { fault, ok, type Section } from '../../dynatrace/probe/check.ts'
import { probeAccount } from '../../dynatrace/probe/probe.ts'
import { type AccountAtHand, accountAtHand } from '../account-at-hand.ts'
import type { CliDeps } from '../deps.ts'
import { checkModel } from '../doctor/model-check.ts'
import { nameChecks } from '../doctor/name-checks.ts'
import { dataChecks, tokenChecks } from '../doctor/own-checks.ts'
import { peek } from '../doctor/peek.ts'
import { doctorJson, doctorText, verdictOf } from '../output/doctor-text.ts'
import { jsonText } from '../output/json-text.ts'

export interface DoctorOptions {
  /** Where a simulator is looked for when no account is set up. */
  readonly simulatorPort: number
  readonly json?: boolean | undefined
}

/** 0: all well, 1: something fails, 2: warnings only. */
export async function doctor(options: DoctorOptions, deps: CliDeps): Promise<number> {
  const read = readSettings(deps.env)
  const sections =
    read.kind === 'invalid'
      ? [{ title: 'Settings', checks: read.problems.map(each => fault('settings', each)) }]
      : await examine(read.settings, options, deps)
  deps.out(options.json === true ? jsonText(doctorJson(sections)) : doctorText(sections, deps))
  switch (verdictOf(sections)) {
    case 'error':
      return 1
    case 'warning':
      return 2
    default:
      return 0
  }
}

async function examine(
  settings: Settings,
  options: DoctorOptions,
  deps: CliDeps,
): Promise<readonly Section[]> {
  const { model, checks: modelChecks } = await checkModel(settings)
  const seen = await peek(settings)
  const account = await accountAtHand(settings.dynatrace, options.simulatorPort)
  try {
    const own = [
      {
        title: 'Settings',
        checks: [ok('settings', saysOf(account)), ...(await tokenChecks(settings))],
      },
      { title: 'Rules', checks: modelChecks },
      { title: 'Data', checks: await dataChecks(settings, seen) },
    ]
    const probe = await probeAccount({ ...account.settings, clock: deps.clock })
    try {
      if (model === undefined || probe.dynatrace === undefined) return [...own, ...probe.sections]
      const known = seen.kind === 'read' ? seen.known : undefined
      const names = await nameChecks({ model, known, dynatrace: probe.dynatrace, now: deps.clock.now() })
      return [...own, ...probe.sections, { title: 'Names in bridge.yaml', checks: names }]
    } finally {
      await probe.close()
    }
  } finally {
    await account.close()
  }
}

const saysOf = ({ kind, title }: AccountAtHand): string => {
  if (kind === 'account') return `Settings can be read; ${title.replace('account', 'account is')}.`
  const what = kind === 'own simulator' ? 'a simulated one' : title
  return `Settings can be read; no account is set up (DT_ACCOUNT_UUID, …), so ${what} is examined.`
}
