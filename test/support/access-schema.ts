/** The published JSON Schema of `bridge.yaml`, to hold texts against that the bridge takes. */
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { accessFileSchema } from '../../src/access/schema/file.ts'

const ajv = new Ajv2020({ strict: false, allErrors: true })
const ofMain = ajv.compile({ $id: 'bridge', ...accessFileSchema() })

/** What the schema refuses in a main file, or in an included one. */
export function schemaErrors(text: string, kind: 'main' | 'included' = 'main'): readonly ErrorObject[] {
  return schemaErrorsIn(parse(text, { logLevel: 'error' }), kind)
}

export function schemaErrorsIn(value: unknown, kind: 'main' | 'included' = 'main'): readonly ErrorObject[] {
  const validate = kind === 'main' ? ofMain : ajv.getSchema('bridge#/$defs/included')
  if (validate === undefined) throw new Error('there is no schema of included files')
  return validate(value) ? [] : (validate.errors ?? [])
}

/** Throws when the schema refuses what the bridge takes. */
export function assertFits(text: string, kind: 'main' | 'included' = 'main'): void {
  const errors = schemaErrors(text, kind)
  if (errors.length > 0) throw new Error(`the schema refuses this:\n${text}\n${ajv.errorsText([...errors])}`)
}
