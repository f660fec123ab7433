/** The contract that client and simulator keep (`openapi/dynatrace.yaml`), as a list for people who try the simulator. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const detail = z.object({ mark: z.enum(['documented', 'observed', 'assumed']), what: z.string() })

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  'x-mark': detail.shape.mark,
  'x-scopes': z.array(z.string()).default([]),
  'x-needed-for': z.string(),
  'x-details': z.array(detail).default([]),
})

const METHODS = ['get', 'post', 'put', 'delete'] as const

const document = z.object({ paths: z.record(z.string(), z.partialRecord(z.enum(METHODS), operation)) })

export interface ContractOperation {
  /** Name that client, journal and call counts use, e.g. `users.invite`. */
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly summary: string
  /** How sure it is that Dynatrace does this: stated by the vendor, relied on by clients in production, or reasoned. */
  readonly mark: z.infer<typeof detail>['mark']
  /** Any one of them is enough. */
  readonly scopes: readonly string[]
  /** What the bridge does with it. */
  readonly neededFor: string
  /** What of it is surer, or less sure, than the whole. */
  readonly details: readonly z.infer<typeof detail>[]
}

/** Read with each call: it is asked for by people. */
export function contractOperations(): readonly ContractOperation[] {
  const file = new URL('../../../openapi/dynatrace.yaml', import.meta.url)
  const { paths } = document.parse(withoutShared(parse(readFileSync(file, 'utf8'))))
  return Object.entries(paths).flatMap(([path, methods]) =>
    METHODS.flatMap(method => {
      const found = methods[method]
      return found === undefined ? [] : [toOperation(method.toUpperCase(), path, found)]
    }),
  )
}

function toOperation(method: string, path: string, found: z.infer<typeof operation>): ContractOperation {
  return {
    operation: found.operationId,
    method,
    path,
    summary: found.summary,
    mark: found['x-mark'],
    scopes: found['x-scopes'],
    neededFor: found['x-needed-for'],
    details: found['x-details'],
  }
}

/** Beside methods, a path has parameters and servers that all of them share. */
function withoutShared(description: unknown): unknown {
  const paths = z.looseObject({ paths: z.record(z.string(), z.looseObject({})) }).parse(description).paths
  const entries = Object.entries(paths).map(([path, item]) => {
    const { parameters: _, servers: __, ...methods } = item
    return [path, methods]
  })
  return { paths: Object.fromEntries(entries) }
}
