/** Something of the file that could be read, with what later checks need to speak of it. */
import type { Path } from './locate.ts'
import type { Reading } from './reading.ts'

export interface Written<T> {
  readonly value: T
  /** Where in its file. */
  readonly path: Path
  /** Takes what is wrong with it: each included file has one of its own. */
  readonly reading: Reading
}
