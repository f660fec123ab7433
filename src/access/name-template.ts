/** Names with variables in them, before these are filled in. */
import { type FoldedName, foldName } from './folded-name.ts'
import { compilePattern } from './match-pattern.ts'
import type { PatternPart } from './model.ts'
import type { Captures } from './read-template.ts'
import { readTemplate } from './template.ts'

export interface NameTemplate {
  readonly text: string
  /** The name itself, when it holds no variables. */
  readonly fixed: FoldedName | undefined
  readonly takes: (name: FoldedName) => boolean
  /** What stands before the first variable and after the last, folded. */
  readonly head: string
  readonly tail: string
}

/** `captures` tell what the variables can be, where that is known. */
export function compileName(text: string, captures: Captures | undefined): NameTemplate {
  const parts: readonly PatternPart[] = readTemplate(text).map(segment =>
    segment.kind === 'variable'
      ? { kind: 'capture', name: segment.name, choices: captures?.get(segment.name), type: undefined }
      : { kind: 'text', text: segment.text },
  )
  const match = compilePattern(parts)
  return {
    text,
    fixed: parts.every(({ kind }) => kind === 'text') ? foldName(text) : undefined,
    takes: name => match(name) !== undefined,
    head: foldedText(parts[0]),
    tail: foldedText(parts.at(-1)),
  }
}

/**
 * A function that gives those things whose names may be the one asked for, once both are filled in; letter case makes
 * no difference. Where both hold variables, only what surrounds these is compared.
 */
export function nameFinder<T extends { readonly name: NameTemplate }>(
  things: readonly T[],
): (asked: NameTemplate) => readonly T[] {
  const fixed = Map.groupBy(things, ({ name }) => name.fixed?.folded)
  const varied = fixed.get(undefined) ?? []
  return asked => {
    if (asked.fixed === undefined) return things.filter(({ name }) => mayBe(asked, name))
    return [
      ...(fixed.get(asked.fixed.folded) ?? []),
      ...varied.filter(({ name }) => asked.fixed && name.takes(asked.fixed)),
    ]
  }
}

function mayBe(asked: NameTemplate, name: NameTemplate): boolean {
  if (name.fixed !== undefined) return asked.takes(name.fixed)
  return (
    (asked.head.startsWith(name.head) || name.head.startsWith(asked.head)) &&
    (asked.tail.endsWith(name.tail) || name.tail.endsWith(asked.tail))
  )
}

function foldedText(part: PatternPart | undefined): string {
  return part?.kind === 'text' ? foldName(part.text).folded : ''
}
