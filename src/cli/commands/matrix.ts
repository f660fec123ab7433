/** `scim-bridge matrix`: what each Dynatrace group has in the account and in each environment. */
import { accessMatrixSchema } from '../../http/ops/access-matrix.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { jsonText } from '../output/json-text.ts'
import { matrixText } from '../output/matrix-text.ts'

export interface MatrixOptions extends ConnectionOptions {
  readonly csv?: boolean
}

export async function matrix(options: MatrixOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  if (options.csv === true) {
    deps.out(await client.text('/api/v1/access/matrix?format=csv'))
    return 0
  }
  const answer = await client.get('/api/v1/access/matrix', accessMatrixSchema)
  deps.out(options.json === true ? jsonText(answer) : matrixText(answer, deps))
  return 0
}
