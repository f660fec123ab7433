/** What a pass would report as a finding, as the doctor says it. */
import { type Check, fault, warning } from '../../dynatrace/probe/check.ts'
import type { Finding } from '../../lib/finding.ts'

export const findingCheck = (id: string, { severity, message, remedy }: Finding): Check =>
  severity === 'error' ? fault(id, message, remedy) : warning(id, message, remedy)
