/** Values of options, checked where they are read, so that commander names the option in its message. */
import { InvalidArgumentError } from 'commander'

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }

export function nonEmpty(text: string): string {
  if (text.trim() !== '') return text.trim()
  throw new InvalidArgumentError('It must not be empty.')
}

/** A repeatable option `name=value`, whole numbers being numbers; the last one of a name counts. */
export function assignment(
  text: string,
  before: Readonly<Record<string, string | number>> = {},
): Readonly<Record<string, string | number>> {
  const equals = text.indexOf('=')
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)]
  if (equals < 1 || value === '') throw new InvalidArgumentError('It must be name=value.')
  return { ...before, [name]: /^\d{1,15}$/.test(value) ? Number(value) : value }
}

/** An option that may be given several times; all of its values count, in order. */
export const repeated = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

/** A repeatable option `seq:hash`: a line of the journal that was written down elsewhere. */
export function anchor(
  text: string,
  before: readonly { readonly seq: number; readonly hash: string }[] = [],
): readonly { readonly seq: number; readonly hash: string }[] {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text)
  if (match === null)
    throw new InvalidArgumentError('It must be <seq>:<hash>, as "journal verify" tells them.')
  return [...before, { seq: Number(match[1]), hash: match[2] ?? '' }]
}
