/** Statements that the boundaries of their binding shut altogether: a boundary with a condition may end in no access. */
import { supports } from '../catalogue.ts'
import { contradictionIn } from '../contradiction.ts'
import type { PlacedStatement } from '../source.ts'
import type { BindingLint, LintedBinding, LintedBoundary } from './bound.ts'
import { listing, quoted } from './listing.ts'

/** The statements of the policy that hold by themselves, and never together with any of the boundaries. */
export function lintShut({ policy, boundaries }: LintedBinding): readonly BindingLint[] {
  if (boundaries.length === 0) return []
  const names = boundaries.map(({ name }) => quoted(name))
  return policy.statements.flatMap((statement): readonly BindingLint[] => {
    const { effect, conditions, span } = statement
    if (effect === 'DENY' || conditions.length === 0) return []
    if (!isShut(statement, boundaries) || contradictionIn(conditions) !== undefined) return []
    return [
      {
        id: 'statement-without-effect',
        severity: 'error',
        message: `the conditions of this statement never hold together with ${names.length === 1 ? 'those of the boundary' : 'those of any of the boundaries'} ${listing(names)}, so nothing of it is granted`,
        remedy: 'correct the values of the statement or of the boundary, or leave the boundary out',
        span,
        about: { kind: 'policy' },
      },
    ]
  })
}

/** Lines of one name are alternatives, and contradict conditions of that name only: all of them have to. */
function shuttingNames(
  { conditions }: PlacedStatement,
  { conditions: lines }: LintedBoundary,
): readonly string[] {
  const names = new Set(lines.map(({ name }) => name))
  return [...names].filter(name => {
    const own = conditions.filter(condition => condition.name === name)
    return (
      own.length > 0 &&
      lines.every(line => line.name !== name || contradictionIn([...own, line]) !== undefined)
    )
  })
}

function isShut(statement: PlacedStatement, boundaries: readonly LintedBoundary[]): boolean {
  return boundaries.every(boundary => {
    const names = shuttingNames(statement, boundary)
    return (
      names.length > 0 &&
      statement.permissions.every(permission => names.some(name => supports(permission, name)))
    )
  })
}
