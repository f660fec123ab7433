/** What the operators of filter expressions mean for texts, times and numbers. */

/** Times compare as instants, numbers as numbers; texts know parts and lists. */
export type FieldKind = 'text' | 'time' | 'number'

/** Whether a value stands in the relation to the wanted one. */
export type Compare = (value: string, wanted: string) => boolean

/** The comparison of an operator, undefined when the kind of field does not know it. */
export function comparisonOf(operator: string, kind: FieldKind, exactCase: boolean): Compare | undefined {
  return kind === 'text' ? textOperator(operator, exactCase) : orderOperator(operator, kind)
}

/** Whether a text can be compared with a field of this kind. */
export const isValueOf = (kind: FieldKind, text: string): boolean => !Number.isNaN(amount(text, kind))

function textOperator(operator: string, exactCase: boolean): Compare | undefined {
  const [lower, exact] = [(text: string) => text.toLowerCase(), (text: string) => folded(text, exactCase)]
  switch (operator) {
    case '=':
    case '==':
      return (value, wanted) => exact(value) === exact(wanted)
    case '!=':
      return (value, wanted) => exact(value) !== exact(wanted)
    case 'contains':
      return (value, wanted) => lower(value).includes(lower(wanted))
    case 'starts-with':
      return (value, wanted) => lower(value).startsWith(lower(wanted))
    case 'ends-with':
      return (value, wanted) => lower(value).endsWith(lower(wanted))
    default:
      return undefined
  }
}

function orderOperator(operator: string, kind: FieldKind): Compare | undefined {
  const by =
    (test: (difference: number) => boolean): Compare =>
    (value, wanted) =>
      test(amount(value, kind) - amount(wanted, kind))
  switch (operator) {
    case '=':
    case '==':
      return by(difference => difference === 0)
    case '!=':
      return by(difference => difference !== 0)
    case '>':
      return by(difference => difference > 0)
    case '>=':
      return by(difference => difference >= 0)
    case '<':
      return by(difference => difference < 0)
    case '<=':
      return by(difference => difference <= 0)
    default:
      return undefined
  }
}

/** The form in which two texts are the same for `=`, `!=` and `in`. */
export const folded = (text: string, exactCase: boolean): string => (exactCase ? text : text.toLowerCase())

/** The number a value stands for; texts stand for none, which is no fault of theirs. */
function amount(text: string, kind: FieldKind): number {
  if (kind === 'text') return 0
  if (kind === 'number' || /^\d+$/.test(text)) return Number(text)
  return Date.parse(text)
}
