/** What one person, group or environment allows that another one does not. */
import { z } from 'zod'
import {
  type Comparison,
  compareEnvironments,
  compareHolders,
  type Differing,
  placesCompared,
} from '../../access/compare/compare.ts'
import type { PermissionDifference } from '../../access/compare/difference.ts'
import { findSubject, type GroupOfSubject, parseSubject, type Subject } from '../../access/compare/subject.ts'
import { alternativesText, type Extent } from '../../access/evaluate/extent.ts'
import { inTurns } from '../../lib/turns.ts'
import type { AccessView } from '../../reconcile/access-view.ts'
import { evaluationOf, placeOf, placesOf } from './access-answer.ts'
import { accessDiffSchema } from './access-diff-schema.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'

const subjectText = z
  .string()
  .min(1)
  .max(500)
  .describe(
    '`user:<userName>`, `group:<Dynatrace group>`, `idp-group:<displayName>` or `environment:<name or id>`.',
  )

const querystring = z.strictObject({
  one: subjectText,
  other: subjectText,
  environment: z.string().min(1).optional().describe('Only there; name or id, or `account`.'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .describe('Groups, when environments are compared.'),
  after: z.string().min(1).optional().describe('Only groups after this one, when environments are compared.'),
})

export function registerAccessDiff(
  routes: Routes,
  { viewAccess }: Pick<OperationsParts, 'viewAccess'>,
): void {
  routes.get(
    '/access/diff',
    {
      schema: {
        tags: ['access'],
        operationId: 'diffAccess',
        summary: 'What one person, group or environment allows that another one does not',
        description:
          'People and groups are compared with each other, environments with environments. Conditions that are written otherwise and mean the same are no difference.',
        querystring,
        response: { 200: accessDiffSchema, 400: errorSchema, 401: errorSchema, 404: errorSchema },
      },
    },
    async request => {
      const { environment, limit, after } = request.query
      const view = await viewAccess({ kind: 'full' })
      const one = subjectOf(request.query.one, view)
      const other = subjectOf(request.query.other, view)
      const comparison = await compared({ one, other }, environment, view)
      const { told, next } = pageOf(comparison.differing, limit, after)
      return {
        evaluation: evaluationOf(view, comparison.unknown),
        one: toSubject(one),
        other: toSubject(other),
        same: comparison.differing.length === 0,
        groups: {
          ...comparison.groups,
          onlyOne: comparison.groups.onlyOne.map(toGroup),
          onlyOther: comparison.groups.onlyOther.map(toGroup),
        },
        total: comparison.differing.length,
        differences: told.map(toDifference),
        ...(next === undefined ? {} : { next }),
      }
    },
  )
}

interface Pair {
  readonly one: Subject
  readonly other: Subject
}

function compared(
  { one, other }: Pair,
  environment: string | undefined,
  view: AccessView,
): Promise<Comparison> {
  if (one.kind === 'environment' && other.kind === 'environment') {
    if (environment === undefined) return inTurns(compareEnvironments(one, other, view))
    throw notComparable('Two environments are compared as they are: leave "environment" away.')
  }
  if (one.kind === 'environment' || other.kind === 'environment') {
    throw notComparable('An environment can only be compared with another environment.')
  }
  const places = placesCompared(placesOf(view, environment), environment !== undefined)
  return inTurns(compareHolders(one, other, places, view))
}

const notComparable = (message: string): OperationsError =>
  new OperationsError(400, 'not-comparable', message)

function subjectOf(text: string, view: AccessView): Subject {
  const name = parseSubject(text)
  if (name === undefined) {
    const remedy = 'Write user:ana@acme.example, group:<name>, idp-group:<name> or environment:<name>.'
    throw new OperationsError(400, 'bad-subject', `"${text}" does not say what to compare. ${remedy}`)
  }
  const found = findSubject(name, view)
  if (found.kind === 'found') return found.subject
  throw new OperationsError(404, `${name.kind}-not-found`, found.message)
}

/** What people and groups differ in is told in full; of environments, a page of groups, which are sorted by name. */
function pageOf(differing: readonly Differing[], limit: number, after: string | undefined) {
  if (differing.every(({ group }) => group === undefined)) return { told: differing, next: undefined }
  const start = after === undefined ? 0 : differing.findIndex(({ group }) => group?.name === after) + 1
  const told = differing.slice(start, start + limit)
  return { told, next: start + limit < differing.length ? told.at(-1)?.group?.name : undefined }
}

const toSubject = (subject: Subject) => ({
  kind: subject.kind,
  name: subject.name,
  notes: subject.kind === 'environment' ? [] : subject.notes,
})

const toGroup = ({ group, through }: GroupOfSubject) => ({
  name: group.name,
  through: through.map(({ idpGroupName, rule }) => ({ idpGroup: idpGroupName, rule })),
})

const toExtent = ({ kind, any, except }: Extent) => ({
  always: kind === 'always',
  where: alternativesText(any).filter(text => text !== ''),
  except: alternativesText(except),
})

function toDifference({ group, places, difference }: Differing) {
  const { permissions, roles, unknown } = difference
  const only = (which: 'one' | 'other', without: 'one' | 'other') =>
    permissions
      .filter(each => each[without].kind === 'never')
      .map(each => ({ permission: each.permission, ...toExtent(each[which]) }))
  return {
    in: places.map(placeOf),
    ...(group === undefined ? {} : { group: group.name }),
    onlyOne: only('one', 'other'),
    onlyOther: only('other', 'one'),
    different: permissions.filter(isShared).map(({ permission, one, other }) => ({
      permission,
      one: toExtent(one),
      other: toExtent(other),
    })),
    roles,
    unknown,
  }
}

const isShared = ({ one, other }: PermissionDifference): boolean =>
  one.kind !== 'never' && other.kind !== 'never'
