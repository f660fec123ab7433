/** The outcome of a plan as it grows: what each step came to, and whether to go on at all. */
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import { messageOf } from '../../lib/errors.ts'
import type { GroupRef } from '../state.ts'
import type { Step, StepResult } from '../step.ts'

/** After this many calls in a row that nobody answered, the rest of the plan is left to the next pass. */
const GIVE_UP_AFTER = 5

/** `refused`: Dynatrace certainly did not do it; `unknown`: it may have. */
export type Outcome = 'applied' | 'refused' | 'unknown'

export class Ledger {
  readonly #mayGoOn: () => string | undefined
  readonly #results = new Map<string, StepResult>()
  readonly #ids = new Map<GroupRef, string>()
  #unanswered = 0
  #stopped: string | undefined
  #forbidden = false

  /** `mayGoOn` gives a reason to stop before the next call, such as a lost lease. */
  constructor(mayGoOn: () => string | undefined = () => undefined) {
    this.#mayGoOn = mayGoOn
  }

  get results(): ReadonlyMap<string, StepResult> {
    return this.#results
  }

  /** Why nothing more may be tried; undefined while all is well. */
  get stopped(): string | undefined {
    this.#stopped ??= this.#mayGoOn()
    return this.#stopped
  }

  /** Whether Dynatrace answered any call with 403: a right is missing, or an environment is not active. */
  get wasForbidden(): boolean {
    return this.#forbidden
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
  async attempt(steps: readonly Step[], call: () => Promise<unknown>): Promise<Outcome> {
    if (this.stopped !== undefined) {
      this.set(steps, { kind: 'skipped', reason: this.stopped })
      return 'refused'
    }
    try {
      await call()
      this.#unanswered = 0
      this.set(steps, { kind: 'applied' })
      return 'applied'
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      this.set(steps, { kind: 'failed', reason: messageOf(error) })
      const unanswered = error.failure === 'unavailable' || error.failure === 'rate-limited'
      this.#unanswered = unanswered ? this.#unanswered + 1 : 0
      this.#forbidden ||= error.failure === 'forbidden'
      if (error.failure === 'unauthorized')
        this.#stopped = `Dynatrace refused the credentials: ${error.message}`
      if (this.#unanswered >= GIVE_UP_AFTER)
        this.#stopped = 'Dynatrace did not answer several calls in a row.'
      return error.sent && ['unavailable', 'malformed'].includes(error.failure) ? 'unknown' : 'refused'
    }
  }
}
