/** What a person should know that is not drift: of the directory at once, of the account as the last full pass saw it. */
import { z } from 'zod'
import type { DirectoryFindings } from '../../directory/directory-findings.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Run } from '../../reconcile/run.ts'
import { errorSchema } from './error-answer.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { findingSchema } from './run-schema.ts'

const findingsSchema = z.object({
  findings: z.array(findingSchema).readonly().describe('Of one kind about the directory the first hundred.'),
  totals: z.record(z.string(), z.number()).describe('How many there are, by kind.'),
})

type FindingParts = Pick<OperationsParts, 'reconciler' | 'directoryFindings'>

export function registerFindings(routes: Routes, { reconciler, directoryFindings }: FindingParts): void {
  routes.get(
    '/findings',
    {
      schema: {
        tags: ['drift'],
        operationId: 'listFindings',
        summary: 'What a person should know that is not drift',
        description:
          'What concerns the directory (refused changes and domains, parked members, users without a usable address) is as of now, what concerns the account as of the newest full pass.',
        response: { 200: findingsSchema, 401: errorSchema },
      },
    },
    async () => {
      const [live, run] = await Promise.all([directoryFindings(), reconciler.latest()])
      return merged(live, run)
    },
  )
}

/** The directory's word of now counts more than what a pass made of it then. */
function merged({ findings, totals }: DirectoryFindings, run: Run | undefined) {
  const seen = (run?.findings ?? []).filter(({ kind }) => !Object.hasOwn(totals, kind))
  return {
    findings: [...findings, ...seen.map(finding => ({ since: run?.finishedAt, ...finding }))],
    totals: { ...totals, ...counted(seen) },
  }
}

function counted(findings: readonly Finding[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const { kind } of findings) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return Object.fromEntries(counts)
}
