/** Names that are given twice: each is shown where it stands, and tells where the other does. */
import { quote } from './reading.ts'
import type { Written } from './written.ts'

type Place = Pick<Written<unknown>, 'path' | 'reading'>

/** `first` and `second` are elements of lists, with a `name`. */
export function reportTaken(what: string, name: string, first: Place, second: Place, where = ''): void {
  const number = Number(first.path.at(-1)) + 1
  const { file, line } = first.reading.place([...first.path, 'name'])
  const other = first.reading === second.reading ? `${what} ${number}` : `the ${what} in ${file}:${line}`
  const remedy =
    what === 'rule'
      ? 'give each rule a name of its own'
      : 'remove one of them, or give each a name of its own'
  second.reading.problem(
    [...second.path, 'name'],
    `${other} has the name ${quote(name)} already${where}`,
    remedy,
  )
}
