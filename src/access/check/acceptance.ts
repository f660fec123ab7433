/** `accept` of policies, boundaries and bindings: which lints are silenced there, and which ids silence nothing. */
import { nearest } from '../../lib/nearest.ts'
import type { Lint } from '../../policy/lint/lint.ts'
import type { Aim, Path } from '../locate.ts'
import { quote } from '../reading.ts'
import type { Written } from '../written.ts'

type Accepting = Written<{ readonly accepts: readonly string[] }>

/** One for the reading of one model. */
export class Acceptance {
  readonly #places = new Map<Accepting, Set<string>>()
  readonly #told = new Map<Accepting, Set<string>>()

  readonly #ids: readonly string[]

  constructor(ids: readonly string[]) {
    this.#ids = ids
  }

  /** Something that may silence lints. */
  place(written: Accepting): void {
    if (!this.#places.has(written)) this.#places.set(written, new Set())
  }

  /** Tells of a lint once, however often it is found at the place. */
  tell(written: Accepting, lint: Lint, path: Path, aim?: Aim): void {
    const isAccepted = written.value.accepts.includes(lint.id)
    if (isAccepted) this.#places.get(written)?.add(lint.id)
    const told = this.#told.get(written) ?? new Set()
    this.#told.set(written, told)
    const key = JSON.stringify([path, aim, lint.id, lint.message])
    if (told.has(key)) return
    told.add(key)
    written.reading.lint(path, lint, { isAccepted, aim })
  }

  /** Once all lints were told. */
  judge(): void {
    for (const [{ value, path, reading }, silenced] of this.#places) {
      for (const [index, id] of value.accepts.entries()) {
        const inner = [...path, 'accept', index]
        if (!this.#ids.includes(id)) {
          const meant = nearest(id, this.#ids)
          const remedy =
            meant === undefined ? '"scim-bridge lint --explain" lists them' : `did you mean ${quote(meant)}?`
          reading.problem(inner, `there is no lint ${quote(id)}`, remedy)
        } else if (!silenced.has(id)) {
          reading.warning(inner, `${quote(id)} is accepted here, and nothing here has it`, 'remove it')
        }
      }
    }
  }
}
