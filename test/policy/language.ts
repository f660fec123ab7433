/** Reads the chapters of the language by example: fenced texts with what is said of them below each line. */
import { effectiveStatements } from '../../src/policy/effective.ts'
import type { BindingLint } from '../../src/policy/lint/bound.ts'
import type { Lint } from '../../src/policy/lint/lint.ts'
import { lintBinding } from '../../src/policy/lint/lint-binding.ts'
import { lintBoundary } from '../../src/policy/lint/lint-boundary.ts'
import { lintPolicy } from '../../src/policy/lint/lint-policy.ts'
import { parseBoundary } from '../../src/policy/parse-boundary.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { printBoundary, printStatement } from '../../src/policy/print.ts'
import { type PlacedCondition, type PlacedStatement, problemsText } from '../../src/policy/source.ts'

export interface Example {
  readonly kind: 'policy' | 'boundary' | 'binding'
  /** What the chapter shows: text and remarks. */
  readonly shown: string
  /** The text alone. */
  readonly text: string
  readonly line: number
}

/** The examples of a chapter, in order. */
export function examplesOf(chapter: string): readonly Example[] {
  return [...chapter.matchAll(/^```(policy|boundary|binding)\n([\s\S]*?)\n```$/gm)].map(match => {
    const [, kind, shown = ''] = match
    const text = shown
      .split('\n')
      .filter(line => !isRemark(line))
      .join('\n')
    const line = chapter.slice(0, match.index).split('\n').length
    if (kind === 'policy' || kind === 'boundary') return { kind, shown, text, line }
    return { kind: 'binding', shown, text, line }
  })
}

const isRemark = (line: string): boolean => /^ *\^ |^=> /.test(line)

/** The text with carets and messages below its lines, and with what it means below all of it. */
export function annotated({ kind, text }: Example): string {
  switch (kind) {
    case 'policy': {
      const parsed = parsePolicy(text)
      if (parsed.kind === 'broken') return withRemarks(text, parsed.problems.map(problemRemark), [])
      const lints = lintPolicy(parsed.statements)
      return withRemarks(text, lints.map(lintRemark), lints.length > 0 ? [] : granted(parsed.statements))
    }
    case 'boundary': {
      const parsed = parseBoundary(text)
      if (parsed.kind === 'broken') return withRemarks(text, parsed.problems.map(problemRemark), [])
      const lints = lintBoundary(parsed.conditions)
      const meaning = printBoundary(parsed.conditions).split('\n')
      return withRemarks(text, lints.map(lintRemark), lints.length > 0 ? [] : meaning)
    }
    default:
      return annotatedBinding(text)
  }
}

interface Remark {
  readonly line: number
  readonly column: number
  readonly text: string
}

const problemRemark = (problem: {
  line: number
  column: number
  message: string
  remedy: string
}): Remark => ({
  line: problem.line,
  column: problem.column,
  text: `${problem.message}; ${problem.remedy}`,
})

const lintRemark = ({ id, severity, message, remedy, span }: Lint): Remark => ({
  line: span?.line ?? 1,
  column: span?.column ?? 1,
  text: `${severity} ${id}: ${message}; ${remedy}`,
})

function withRemarks(text: string, remarks: readonly Remark[], meaning: readonly string[]): string {
  const lines = text
    .split('\n')
    .flatMap((line, at) => [
      line,
      ...remarks
        .filter(remark => remark.line === at + 1)
        .map(remark => `${' '.repeat(remark.column - 1)}^ ${remark.text}`),
    ])
  return [...lines, ...meaning.map(line => `=> ${line}`)].join('\n')
}

const granted = (
  statements: readonly PlacedStatement[],
  boundaries: readonly (readonly PlacedCondition[])[] = [],
  parameters: Readonly<Record<string, string>> = {},
): readonly string[] =>
  effectiveStatements({ statements, boundaries, parameters }).map(({ effect, permission, conditions }) =>
    printStatement({ effect, permissions: [permission], conditions }),
  )

/** Lines `policy: …`, `boundary NAME: …` and `parameter NAME: …`; every line of the texts is one of them. */
function annotatedBinding(text: string): string {
  const policy: string[] = []
  const boundaries = new Map<string, string[]>()
  const parameters: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [, part = '', name = '', content = ''] =
      /^(policy|boundary|parameter) ?([^:]*): (.*)$/.exec(line) ?? []
    if (part === 'policy') policy.push(content)
    else if (part === 'boundary') boundaries.set(name, [...(boundaries.get(name) ?? []), content])
    else if (part === 'parameter') parameters[name] = content
    else throw new Error(`"${line}" is no line of a binding`)
  }
  const parsed = parsePolicy(policy.join('\n'))
  if (parsed.kind === 'broken') throw new Error(problemsText(parsed.problems))
  const bounds = [...boundaries].map(([name, lines]) => {
    const read = parseBoundary(lines.join('\n'))
    if (read.kind === 'broken') throw new Error(problemsText(read.problems))
    return { name, conditions: read.conditions }
  })
  const lints = lintBinding({
    policy: { name: 'p', statements: parsed.statements },
    boundaries: bounds,
    parameters,
  })
  const means = granted(
    parsed.statements,
    bounds.map(({ conditions }) => conditions),
    parameters,
  )
  return [text, ...lints.map(bindingRemark), ...means.map(line => `=> ${line}`)].join('\n')
}

const bindingRemark = ({ id, severity, message, remedy }: BindingLint): string =>
  `^ ${severity} ${id}: ${message}; ${remedy}`
