/** Carries out a Bulk request, operation by operation, and tells what became of each (RFC 7644 §3.7). */
import { unreachable } from '../lib/errors.ts'
import {
  type BulkAnswer,
  type BulkResponse,
  type BulkResult,
  bulkResponse,
  failure,
  idAtEnd,
  success,
} from './bulk-answer.ts'
import { type BulkIds, bulkIds } from './bulk-ids.ts'
import { managerPatch, type SplitUser } from './bulk-manager.ts'
import { type BulkStep, orderBulk } from './bulk-order.ts'
import { type Prepared, prepareBulk } from './bulk-prepare.ts'
import { bulkIdOf } from './bulk-references.ts'
import type { BulkRequest } from './bulk-request.ts'
import type { BulkTarget } from './bulk-target.ts'
import { ScimError, type ScimErrorBody } from './error.ts'
import type { Json } from './json.ts'
import { locationOf } from './resource.ts'
import type { ResourceType } from './schema/attribute.ts'

export interface BulkParts {
  /** The URL of the SCIM service as the client knows it, without a slash at the end. */
  readonly base: string
  readonly types: readonly ResourceType[]
  /** Carries out one operation whose references have been resolved. */
  readonly perform: (call: BulkCall) => Promise<BulkAnswer>
  /** The body for whatever `perform` threw, a failure of the server included. */
  readonly problemOf: (thrown: unknown) => ScimErrorBody
}

export interface BulkCall {
  readonly target: BulkTarget
  readonly data: Json | undefined
  readonly version: string | undefined
}

/** Results stand in the order of the request; what was not begun after `failOnErrors` errors has none. */
export async function runBulk(request: BulkRequest, parts: BulkParts): Promise<BulkResponse> {
  const prepared = request.operations.map(operation => prepareBulk(operation, parts))
  const run = new BulkRun(prepared, parts)
  for (const step of orderBulk(prepared)) {
    if (run.errors >= request.failOnErrors) break
    await run.carryOut(step)
  }
  run.giveUpLinks()
  return bulkResponse(run.results())
}

/** What is known so far of a request that is being carried out. */
class BulkRun {
  readonly #prepared: readonly Prepared[]
  readonly #parts: BulkParts
  readonly #ids: BulkIds
  readonly #results = new Map<number, BulkResult>()
  readonly #unlinked = new Set<number>()
  #errors = 0

  constructor(prepared: readonly Prepared[], parts: BulkParts) {
    this.#prepared = prepared
    this.#parts = parts
    this.#ids = bulkIds(prepared.flatMap(({ bulkId }) => bulkId ?? []))
  }

  get errors(): number {
    return this.#errors
  }

  results(): readonly BulkResult[] {
    return [...this.#results].sort(([left], [right]) => left - right).map(([, result]) => result)
  }

  async carryOut(step: BulkStep): Promise<void> {
    const one = this.#prepared[step.index]
    if (one === undefined) return
    if (one.aim.kind === 'wrong') return this.#fail(step.index, one.aim.error)
    switch (step.kind) {
      case 'perform':
        return this.#perform(step.index, one, one.aim.target, step.deferred ? one.aim.split : undefined)
      case 'link':
        return this.#link(step.index, one.aim.split)
      case 'refuse':
        return this.#fail(step.index, circular(one.aim.target))
      default:
        return unreachable(step)
    }
  }

  /** What a manager waits for when the request ends early is not there: the user was created without. */
  giveUpLinks(): void {
    for (const index of this.#unlinked) {
      this.#failLink(index, new ScimError(409, undefined, 'the operation it refers to was not carried out'))
    }
  }

  async #perform(
    index: number,
    one: Prepared,
    aim: BulkTarget,
    deferred: SplitUser | undefined,
  ): Promise<void> {
    const { operation, bulkId } = one
    let target = aim
    try {
      if (aim.kind !== 'create') target = { ...aim, id: this.#ids.resolve(aim.id) }
      const data = this.#ids.resolve(deferred === undefined ? operation.data : deferred.data)
      const answer = await this.#parts.perform({ target, data, version: operation.version })
      const location = answer.location ?? this.#locationOf(target)
      this.#results.set(index, success(operation, answer, location))
      const id = target.kind === 'create' ? idAtEnd(location ?? '') : target.id
      if (bulkId !== undefined) this.#ids.learn(bulkId, id)
      if (deferred !== undefined) this.#unlinked.add(index)
    } catch (error) {
      this.#fail(index, error, this.#locationOf(target))
    }
  }

  async #link(index: number, split: SplitUser | undefined): Promise<void> {
    const before = this.#results.get(index)
    const one = this.#prepared[index]
    // A user that could not be created has been reported already.
    if (!this.#unlinked.has(index) || before === undefined || one?.aim.kind !== 'target') return
    try {
      const target: BulkTarget = {
        kind: 'patch',
        type: one.aim.target.type,
        id: idAtEnd(before.location ?? ''),
      }
      const data = managerPatch(this.#ids.resolve(split?.manager ?? null))
      const { etag } = await this.#parts.perform({ target, data, version: undefined })
      this.#unlinked.delete(index)
      this.#results.set(index, { ...before, ...(etag === undefined ? {} : { version: etag }) })
    } catch (error) {
      this.#failLink(index, error)
    }
  }

  /**
   * The user stays: a removal would be a departure, and others may refer to it by now. The answer says what
   * is there and what is missing.
   */
  #failLink(index: number, error: unknown): void {
    const before = this.#results.get(index)
    this.#unlinked.delete(index)
    const body = this.#parts.problemOf(error)
    const detail = `The user was created, but without its manager, whom a PATCH has to set: ${body.detail}`
    this.#report(index, { ...body, detail }, before?.location)
  }

  #fail(index: number, error: unknown, location?: string): void {
    this.#report(index, this.#parts.problemOf(error), location)
  }

  #report(index: number, response: ScimErrorBody, location: string | undefined): void {
    const one = this.#prepared[index]
    if (one === undefined) return
    this.#errors += 1
    this.#results.set(index, failure(one.operation, response, location))
  }

  #locationOf(target: BulkTarget): string | undefined {
    if (target.kind === 'create' || bulkIdOf(target.id) !== undefined) return undefined
    return locationOf(target.id, target.type, this.#parts.base)
  }
}

function circular({ kind, type }: BulkTarget): ScimError {
  return kind === 'create' && type.name === 'Group'
    ? new ScimError(
        400,
        'invalidValue',
        'The group would contain itself through the groups that are to become its members.',
      )
    : new ScimError(
        409,
        undefined,
        'The operation refers to itself through others, and none of them can be carried out first.',
      )
}
