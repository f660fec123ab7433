/** Taking a difference into the desired state: a change of `bridge.yaml` to review, or who else has to say it. Writes nothing. */
import { type Accepted, acceptInto } from '../../access/accept/accept.ts'
import { unifiedDiff } from '../../access/accept/unified-diff.ts'
import type { AccessModel } from '../../access/model.ts'
import type { DynatraceConnection, Level } from '../../dynatrace/dynatrace.ts'
import { shortId } from '../../lib/ids.ts'
import type { Store } from '../../store/store.ts'
import type { Catalogue } from '../catalogue.ts'
import type { CatalogueReader } from '../catalogue-memory.ts'
import type { Reconciler } from '../reconciler.ts'
import type { GroupRef } from '../state.ts'
import type { Step } from '../step.ts'

export type AcceptAnswer =
  | {
      readonly kind: 'patched'
      readonly path: string
      /** As `diff -u` writes it. */
      readonly diff: string
      /** The whole file, before and after. */
      readonly before: string
      readonly after: string
    }
  | { readonly kind: 'cannot'; readonly why: string }
  | { readonly kind: 'unknown' }

export interface AcceptDesk {
  accept(step: string, word: { readonly by: string; readonly reason: string }): Promise<AcceptAnswer>
}

export function acceptDesk(parts: {
  readonly reconciler: Pick<Reconciler, 'latest'>
  readonly model: () => AccessModel
  readonly connection: DynatraceConnection
  readonly catalogue: CatalogueReader
  readonly store: Store
  /** The main file as it is written. */
  readonly readFile: () => Promise<{ readonly path: string; readonly text: string }>
}): AcceptDesk {
  return {
    async accept(id, { by, reason }) {
      const run = await parts.reconciler.latest()
      const step = run?.plan.steps.find(each => each.id === id && run.results[id]?.kind !== 'applied')
      if (step === undefined) return { kind: 'unknown' }
      const dynatrace = parts.connection.with({ runId: shortId('accept'), requestIds: [] })
      const catalogue = await parts.catalogue(dynatrace, false)
      const accepted = await acceptedOf(step, { model: parts.model(), catalogue, store: parts.store })
      if (typeof accepted === 'string') return { kind: 'cannot', why: accepted }
      const { path, text } = await parts.readFile()
      const patched = acceptInto(text, accepted, `Accepted by ${by}: ${reason}`)
      if (patched.kind === 'cannot') return patched
      return {
        kind: 'patched',
        path,
        diff: unifiedDiff(path, text, patched.text),
        before: text,
        after: patched.text,
      }
    },
  }
}

interface Known {
  readonly model: AccessModel
  readonly catalogue: Catalogue
  readonly store: Store
}

/** A text says who else has to do what. */
async function acceptedOf({ action, title, drift }: Step, known: Known): Promise<Accepted | string> {
  const idpGroups = drift?.idpGroups ?? []
  switch (action.kind) {
    case 'remove-binding': {
      const { level, policyId, parameters, boundaryIds, group } = action.binding
      const environment = environmentName(level, known.model)
      if (environment === NOT_LISTED) return notListed(level)
      const boundaries = boundaryIds.map(id => nameIn(known.catalogue.boundaries, id))
      const right = { kind: 'binding', policy: nameIn(known.catalogue.policies, policyId) } as const
      return {
        kind: 'right',
        ...{ group: await groupName(group, known.store), idpGroups },
        right: { ...right, environment, parameters, boundaries },
      }
    }
    case 'remove-permission': {
      const { role, scopeType, scope, group } = action.permission
      if (scopeType === 'management-zone')
        return `${title}: give a rule the role with "managementZones" by hand, with the name of the zone.`
      const level: Level = scopeType === 'account' ? { kind: 'account' } : { kind: 'environment', id: scope }
      const environment = environmentName(level, known.model)
      if (environment === NOT_LISTED) return notListed(level)
      return {
        kind: 'right',
        ...{ group: await groupName(group, known.store), idpGroups },
        right: { kind: 'role', role, environment },
      }
    }
    case 'update-policy':
      return { kind: 'text', of: 'policies', name: action.to.name, text: action.from.statement }
    case 'update-boundary':
      return { kind: 'text', of: 'boundaries', name: action.to.name, text: action.from.query }
    case 'add-member':
    case 'remove-member':
    case 'invite-user':
    case 'remove-user':
      return `Who is in which group is said by the identity provider: change it there (${idpGroups.map(name => `IdP group "${name}"`).join(', ') || 'the assignment of the person'}).`
    case 'change-binding':
    case 'add-binding':
    case 'add-permission':
      return `A rule gives it to every group it leads to: change ${rulesText(drift?.rules)} of bridge.yaml by hand, and see with "scim-bridge plan --config" whom that reaches.`
    case 'update-group':
    case 'create-group':
    case 'delete-group':
    case 'create-policy':
    case 'create-boundary':
    case 'delete-policy':
    case 'delete-boundary':
      return `${title}: names, and what there is at all, are said by the rules: change ${rulesText(drift?.rules)} of bridge.yaml by hand.`
  }
}

const rulesText = (rules: readonly string[] | undefined): string =>
  rules === undefined || rules.length === 0 ? 'the rule' : `rule "${rules.join('", "')}"`

const NOT_LISTED = Symbol('not listed')

function environmentName(
  level: Level,
  { environments }: AccessModel,
): string | undefined | typeof NOT_LISTED {
  if (level.kind !== 'environment') return undefined
  return environments.find(({ id }) => id === level.id)?.name ?? NOT_LISTED
}

const notListed = (level: Level): string =>
  `bridge.yaml does not list the environment ${level.kind === 'environment' ? level.id : ''}: add it under "environments" first.`

const nameIn = (all: readonly { readonly id: string; readonly name: string }[], id: string): string =>
  all.find(each => each.id === id)?.name ?? id

async function groupName(ref: GroupRef, { db }: Store): Promise<string> {
  const row = await db
    .selectFrom('ownership')
    .select('name')
    .where('kind', '=', 'group')
    .where('dynatraceId', '=', ref)
    .executeTakeFirst()
  return row?.name ?? ref
}
