/** The filter of the audit API: comparisons joined by `and`. Other joints are refused, not misread. */
import type { AuditEvent } from './audit.ts'
import { badRequest } from './rejection.ts'

/** Fields a filter may name. `details` and `eventId` are not among them. */
const fields = new Set<keyof AuditEvent>([
  'timestamp',
  'user',
  'eventProvider',
  'eventType',
  'resource',
  'resourceName',
  'resourceId',
  'accountUuid',
  'authenticationType',
  'authenticationGrantType',
  'authenticationClientId',
  'originType',
  'originAddress',
  'eventOutcome',
  'eventVersion',
])

type Test = (value: string, wanted: string) => boolean

const operators: Readonly<Record<string, Test>> = {
  '=': (value, wanted) => value === wanted,
  '==': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
  contains: (value, wanted) => value.includes(wanted),
  'starts-with': (value, wanted) => value.startsWith(wanted),
  'ends-with': (value, wanted) => value.endsWith(wanted),
}

/** At most 256 characters, e.g. `resource = 'GROUP' and resourceId = 'c7a1…'`. Letter case does not count. */
export function auditFilter(text: string | undefined): (event: AuditEvent) => boolean {
  if (text === undefined || text.trim() === '') return () => true
  if (text.length > 256) throw badRequest('filter must not be longer than 256 characters')
  const comparison = /\s*(\w+)\s*(==|!=|>=|<=|=|>|<|contains|starts-with|ends-with)\s*'([^']*)'\s*/iy
  const joint = /and\b/iy
  const tests: ((event: AuditEvent) => boolean)[] = []
  let at = 0
  for (;;) {
    comparison.lastIndex = at
    const match = comparison.exec(text)
    if (match === null) throw badRequest(`Invalid filter at character ${at + 1}`)
    tests.push(test(match[1] ?? '', match[2] ?? '', match[3] ?? ''))
    if (comparison.lastIndex === text.length) return event => tests.every(one => one(event))
    joint.lastIndex = comparison.lastIndex
    if (!joint.test(text)) throw badRequest(`Invalid filter at character ${comparison.lastIndex + 1}`)
    at = joint.lastIndex
  }
}

function test(name: string, operator: string, wanted: string): (event: AuditEvent) => boolean {
  const field = [...fields].find(one => one === name)
  if (field === undefined) throw badRequest(`Field ${name} cannot be filtered`)
  const compare = operators[operator.toLowerCase()]
  const ordered = /[<>]/.test(operator)
  if (compare === undefined || (ordered && field !== 'timestamp')) {
    throw badRequest(`Operator ${operator} cannot be used with ${name}`)
  }
  return event => compare(String(event[field]).toLowerCase(), wanted.toLowerCase())
}
