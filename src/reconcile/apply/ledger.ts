/** The outcome of a plan as it grows: what each step came to, and whether to go on at all. */
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import { messageOf } from '../../lib/errors.ts'
import type { GroupRef } from '../state.ts'
import type { Step, StepResult } from '../step.ts'

/** After this many calls in a row that nobody answered, the rest of the plan is left to the next pass. */
const GIVE_UP_AFTER = 5

export class Ledger {
  readonly #results = new Map<string, StepResult>()
  readonly #ids = new Map<GroupRef, string>()
  #unanswered = 0
  #stopped: string | undefined

  get results(): ReadonlyMap<string, StepResult> {
    return this.#results
  }

  /** Why nothing more may be tried; undefined while all is well. */
  get stopped(): string | undefined {
    return this.#stopped
  }

  stop(reason: string): void {
    this.#stopped ??= reason
  }

  set(steps: readonly Step[], result: StepResult): void {
    for (const step of steps) this.#results.set(step.id, result)
  }

  applied(step: Step): boolean {
    return this.#results.get(step.id)?.kind === 'applied'
  }

  /** The uuid of a group, once it has one. */
  idOf(ref: GroupRef): string {
    return this.#ids.get(ref) ?? ref
  }

  setId(ref: GroupRef, id: string): void {
    this.#ids.set(ref, id)
  }

  /** Makes one call for these steps: they are `applied` when it succeeds, `failed` with its words when not. */
  async attempt(steps: readonly Step[], call: () => Promise<unknown>): Promise<boolean> {
    if (this.#stopped !== undefined) {
      this.set(steps, { kind: 'skipped', reason: this.#stopped })
      return false
    }
    try {
      await call()
      this.#unanswered = 0
      this.set(steps, { kind: 'applied' })
      return true
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      this.set(steps, { kind: 'failed', reason: messageOf(error) })
      this.#unanswered =
        error.failure === 'unavailable' || error.failure === 'rate-limited' ? this.#unanswered + 1 : 0
      if (error.failure === 'unauthorized') this.stop(`Dynatrace refused the credentials: ${error.message}`)
      if (this.#unanswered >= GIVE_UP_AFTER) this.stop('Dynatrace did not answer several calls in a row.')
      return false
    }
  }
}
