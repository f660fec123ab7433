/** `bridge.yaml`: whether it is there and what it says can be understood. */
import type { AccessModel } from '../../access/model.ts'
import type { Problem } from '../../access/problem.ts'
import type { Settings } from '../../config/settings.ts'
import { type Check, fault, ok, warning } from '../../dynatrace/probe/check.ts'
import { BridgeError } from '../../lib/errors.ts'
import { readAccessModel } from '../access-files.ts'
import { accessFileOf } from '../account-settings.ts'

export interface CheckedModel {
  readonly model: AccessModel | undefined
  readonly checks: readonly Check[]
}

const ID = 'bridge.yaml'

export async function checkModel(settings: Settings): Promise<CheckedModel> {
  try {
    return await checkFile(accessFileOf(settings))
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error
    return { model: undefined, checks: [fault(ID, error.message)] }
  }
}

async function checkFile(path: string): Promise<CheckedModel> {
  const parsed = await readAccessModel(path)
  if (parsed.kind === 'invalid') {
    return {
      model: undefined,
      checks: parsed.problems.map(each => fault(ID, placed(each), sentence(each.remedy))),
    }
  }
  const { model, warnings } = parsed
  const count = (size: number, one: string, many: string) => `${size} ${size === 1 ? one : many}`
  const says = [
    count(model.rules.length, 'rule', 'rules'),
    count(model.policies.length, 'policy', 'policies'),
    count(model.boundaries.length, 'boundary', 'boundaries'),
  ]
  return {
    model,
    checks: [
      ok(ID, `${path}: ${says.join(', ')}, mode ${model.mode}.`),
      ...warnings.map(each => warning(ID, placed(each), sentence(each.remedy))),
    ],
  }
}

const placed = ({ file, line, column, message }: Problem): string =>
  `${file}:${line}:${column}: ${sentence(message)}`

/** Names such as storage:logs:read keep their letter case. */
const sentence = (text: string): string =>
  `${text.replace(/^[a-z](?=[a-z]*(?:[ ,;]|$))/, letter => letter.toUpperCase())}.`
