/** `scim-bridge lint [file]`: looks at an access model without a bridge and without an account. */
import { accessFileSchema } from '../../access/schema/file.ts'
import { nearest } from '../../lib/nearest.ts'
import { readAccessModel } from '../access-files.ts'
import { accessFileOf } from '../account-settings.ts'
import { CliError } from '../cli-error.ts'
import type { CliDeps } from '../deps.ts'
import { jsonText } from '../output/json-text.ts'
import { lintExplanation, lintIndex } from '../output/lint-explanation.ts'
import { type LintReport, lintJson, lintReport, lintText } from '../output/lint-text.ts'

export interface LintOptions {
  readonly json?: boolean
  /** The id of a lint; true for all of them. */
  readonly explain?: string | true
  readonly schema?: boolean
  /** Whether warnings are errors. */
  readonly strict?: boolean
}

/** 0: nothing is wrong, 1: mistakes, failing expectations or lints of severity error, 2: warnings only. */
export async function lint(file: string | undefined, options: LintOptions, deps: CliDeps): Promise<number> {
  if (options.schema === true) {
    deps.out(jsonText(accessFileSchema()))
    return 0
  }
  if (options.explain !== undefined) return explainLint(options.explain, options, deps)
  const configPath = file ?? (deps.env.BRIDGE_CONFIG || undefined)
  const path = accessFileOf({ configPath, dynatrace: undefined })
  const report = lintReport(await readAccessModel(path, deps.clock.now()), path)
  deps.out(options.json === true ? jsonText(lintJson(report)) : lintText(report, deps))
  return exitCode(report, options)
}

function exitCode({ errors, warnings, expectations }: LintReport, { strict = false }: LintOptions): number {
  if (errors.length > 0 || expectations.some(({ kind }) => kind === 'failed')) return 1
  if (warnings.length === 0) return 0
  return strict ? 1 : 2
}

async function explainLint(id: string | true, { json }: LintOptions, deps: CliDeps): Promise<number> {
  const { lintRules } = await import('../../policy/lint/explain.ts')
  const rules = Object.entries(lintRules).map(([id, rule]) => ({ id, ...rule }))
  if (id === true) {
    deps.out(json === true ? jsonText({ lints: rules }) : lintIndex(rules, deps))
    return 0
  }
  const rule = rules.find(each => each.id === id)
  if (rule === undefined) {
    const meant = nearest(
      id,
      rules.map(each => each.id),
    )
    const remedy = meant === undefined ? '"scim-bridge lint --explain" lists them.' : `Did you mean ${meant}?`
    throw new CliError('bad-request', `There is no lint "${id}". ${remedy}`)
  }
  deps.out(json === true ? jsonText(rule) : lintExplanation(rule, deps))
  return 0
}
