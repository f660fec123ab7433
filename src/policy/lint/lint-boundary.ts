/** What can be said of a boundary by its text alone. */
import { isKnownCondition, operatorsAnywhere } from '../catalogue.ts'
import { contradictionIn } from '../contradiction.ts'
import { implies } from '../implies.ts'
import { wordOf } from '../operator-word.ts'
import { printCondition } from '../print.ts'
import type { PlacedCondition } from '../source.ts'
import type { Lint } from './lint.ts'
import { unknownCondition } from './lint-names.ts'
import { lintValues } from './lint-value.ts'
import { managementZone } from './tables.ts'

/** The lints of a boundary, in the order of the text. Lines of one name are alternatives (IAM policy boundaries). */
export function lintBoundary(conditions: readonly PlacedCondition[]): readonly Lint[] {
  const sameName = Map.groupBy(conditions, ({ name }) => name)
  return [
    ...conditions.flatMap(lintRestriction),
    ...[...sameName.values()].flatMap(alternatives => lintAlternatives(alternatives)),
    ...zoneAlone(conditions),
  ].sort((one, other) => (one.span?.start ?? 0) - (other.span?.start ?? 0))
}

function lintRestriction(condition: PlacedCondition): readonly Lint[] {
  const { name, operator, operatorSpan } = condition
  const values = lintValues(condition, [])
  const impossible = contradictionIn([condition]) !== undefined && values.length === 0
  const unknown = unknownCondition(condition)
  if (unknown !== undefined) {
    const dropped = 'Dynatrace drops such a line without a word'
    return [{ ...unknown, message: `${unknown.message}, and ${dropped}` }, ...values]
  }
  const taken = operatorsAnywhere(name)
  if (!isKnownCondition(name) || taken.includes(operator)) return values
  return [
    {
      id: 'operator-not-taken',
      severity: impossible ? 'error' : 'warning',
      message: `${name} does not take ${wordOf(operator)}`,
      remedy: `use ${taken.map(wordOf).join(', ')}`,
      span: operatorSpan,
    },
    ...values,
  ]
}

/** A line that another one includes adds nothing; two exclusions together let everything through. */
function lintAlternatives(lines: readonly PlacedCondition[]): readonly Lint[] {
  return lines.flatMap((line, at): readonly Lint[] => {
    const earlier = lines.slice(0, at)
    const opposite = earlier.find(other => excludesOther(other, line))
    if (opposite !== undefined) return [openToAll(opposite, line)]
    const wider = lines.find(
      (other, position) =>
        position !== at && implies(line, other) && (position < at || !implies(other, line)),
    )
    return wider === undefined ? [] : [included(wider, line)]
  })
}

/** Of `!= "a"` or `!= "b"` one always holds. */
function excludesOther(one: PlacedCondition, other: PlacedCondition): boolean {
  const negations: readonly string[] = ['NEQ', 'NOT_IN']
  if (!negations.includes(one.operator) || !negations.includes(other.operator)) return false
  if ([...one.values, ...other.values].some(value => value.includes('${'))) return false
  return one.name !== 'global:userGroup' && one.values.every(value => !other.values.includes(value))
}

const openToAll = (one: PlacedCondition, other: PlacedCondition): Lint => ({
  id: 'boundary-without-effect',
  severity: 'error',
  message: `lines of one name are alternatives, and of ${printCondition(one)} and ${printCondition(other)} one always holds`,
  remedy: `write one line: ${other.name} NOT IN (…) with all values`,
  span: other.span,
})

const included = (wider: PlacedCondition, line: PlacedCondition): Lint => ({
  id: 'statement-without-effect',
  severity: 'warning',
  message: `lines of one name are alternatives, and ${printCondition(wider)} includes all that this line lets through`,
  remedy: 'remove the line that is not meant',
  span: line.span,
})

function zoneAlone(conditions: readonly PlacedCondition[]): readonly Lint[] {
  const zone = conditions.find(({ name }) => name === managementZone)
  if (zone === undefined || conditions.some(({ name }) => name.startsWith('storage:'))) return []
  const settings = conditions.some(({ name }) => name === 'settings:dt.security_context')
  const lines = ['storage:dt.security_context', ...(settings ? [] : ['settings:dt.security_context'])]
  return [
    {
      id: 'zone-beside-grail',
      severity: 'warning',
      message:
        'management zones do not restrict data in Grail: storage permissions stay open under this boundary',
      remedy: `add a line for ${lines.join(' and one for ')}`,
      span: zone.nameSpan,
    },
  ]
}
