/** What a person should know that is not drift: of the directory at once, of the account as the last full pass saw it. */
import { z } from 'zod'
import type { DirectoryFindings } from '../../directory/directory-findings.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Run } from '../../reconcile/run.ts'
import { errorSchema } from './error-answer.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { findingSchema } from './run-schema.ts'

export const findingsSchema = z.object({
  findings: z
    .array(findingSchema)
    .readonly()
    .describe(
      'Errors first, the newest of each severity first. Of one kind about the directory the first hundred.',
    ),
  totals: z.record(z.string(), z.number()).describe('How many there are, by kind.'),
})

export type Findings = z.output<typeof findingsSchema>

export const severities = ['error', 'warning', 'info'] as const satisfies readonly Finding['severity'][]

const querySchema = z.object({
  severity: z.enum(severities).optional().describe('This one, and what is worse.'),
  kind: z.string().optional().describe('Only findings of this kind, e.g. `no-access`.'),
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
          'What concerns the directory (refused changes and domains, parked members, users without a usable address) is as of now, what concerns access and the account as of the newest full pass.',
        querystring: querySchema,
        response: { 200: findingsSchema, 400: errorSchema, 401: errorSchema },
      },
    },
    async request => {
      const [live, run] = await Promise.all([directoryFindings(), reconciler.latest()])
      return narrowed(merged(live, run), request.query)
    },
  )
}

/** The directory's word of now counts more than what a pass made of it then, but for since when it is so. */
function merged({ findings, totals }: DirectoryFindings, run: Run | undefined): Findings {
  const ofPass = run?.findings ?? []
  const seen = ofPass.filter(({ kind }) => !Object.hasOwn(totals, kind))
  const since = new Map(ofPass.map(finding => [`${finding.kind} ${finding.subject}`, finding.since]))
  const dated = findings.map(finding => ({
    ...finding,
    since: finding.since ?? since.get(`${finding.kind} ${finding.subject}`),
  }))
  return {
    findings: [...dated, ...seen.map(finding => ({ ...finding, since: finding.since ?? run?.finishedAt }))],
    totals: { ...totals, ...counted(seen) },
  }
}

function narrowed(
  { findings, totals }: Findings,
  { severity, kind }: z.output<typeof querySchema>,
): Findings {
  const worst = severities.slice(0, severity === undefined ? undefined : severities.indexOf(severity) + 1)
  const wanted = findings.filter(
    finding => worst.includes(finding.severity) && (kind === undefined || finding.kind === kind),
  )
  const kinds = new Set(wanted.map(finding => finding.kind))
  const isWanted = (name: string) =>
    (kind === undefined || name === kind) && (severity === undefined || kinds.has(name))
  return {
    findings: wanted.toSorted(byUrgency),
    totals: Object.fromEntries(Object.entries(totals).filter(([name]) => isWanted(name))),
  }
}

/** What nobody knows the beginning of was not seen before: it is the newest. */
function byUrgency(one: Finding, other: Finding): number {
  const rank = severities.indexOf(one.severity) - severities.indexOf(other.severity)
  if (rank !== 0 || one.since === other.since) return rank
  if (one.since === undefined || other.since === undefined) return one.since === undefined ? -1 : 1
  return one.since > other.since ? -1 : 1
}

function counted(findings: readonly Finding[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const { kind } of findings) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return Object.fromEntries(counts)
}
