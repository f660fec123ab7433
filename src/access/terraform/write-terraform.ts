/** Facts about an account as Terraform configuration in JSON, with blocks that import what is there. Pure. */
import type { AccountFacts, BindingFact, FactLevel, GroupFact } from '../from-account/account-facts.ts'
import type { Unsaid } from '../from-account/draft.ts'
import { ownIds } from '../from-account/own-ids.ts'
import { quoted } from '../from-account/sayable.ts'
import type { Written } from '../monaco/write-monaco.ts'
import { escapeTemplate } from './escape.ts'

interface Block {
  readonly address: string
  readonly type: string
  readonly name: string
  readonly body: object
  /** Undefined for what is to be made. */
  readonly importId: string | undefined
}

/** `existing`: ids of what the account has. */
export function writeTerraform(facts: AccountFacts, existing: ReadonlySet<string>): Written {
  const unsaid: Unsaid[] = []
  const policies = facts.policies.filter(each => each.defined)
  const boundaries = facts.boundaries.filter(each => each.defined)
  const groups = facts.groups.filter(group => {
    const why = obstacleOf(group, facts)
    if (why !== undefined) {
      unsaid.push({ kind: 'group', rule: undefined, what: `group ${quoted(group.name)}`, why })
    }
    return why === undefined
  })
  const names = {
    groups: ownIds(groups),
    policies: ownIds(policies),
    boundaries: ownIds(boundaries),
  }
  const nameOf = (all: ReadonlyMap<string, string>, id: string) => all.get(id) ?? id
  const block = (type: string, name: string, body: object, importId: string | undefined): Block => {
    return { address: `${type}.${name}`, type, name, body, importId }
  }
  const account = facts.accountId ?? ''
  const existingId = (id: string) => (existing.has(id) ? id : undefined)
  const blocks = [
    ...groups.map(group =>
      block('dynatrace_iam_group', nameOf(names.groups, group.id), groupBody(group), existingId(group.id)),
    ),
    ...policies.map(({ id, name, level, description, statement }) => {
      const body = {
        name: escapeTemplate(name),
        ...(description === '' ? {} : { description: escapeTemplate(description) }),
        ...placeOf(level, account),
        statement_query: escapeTemplate(statement ?? ''),
      }
      const importId = existing.has(id) ? `${id}#-#${levelPath(level, account)}` : undefined
      return block('dynatrace_iam_policy', nameOf(names.policies, id), body, importId)
    }),
    ...boundaries.map(({ id, name, query }) => {
      const body = { name: escapeTemplate(name), query: escapeTemplate(query ?? '') }
      return block('dynatrace_iam_policy_boundary', nameOf(names.boundaries, id), body, existingId(id))
    }),
    ...groups.flatMap(group => {
      const own = nameOf(names.groups, group.id)
      return byLevel(group.bindings).map(([level, these]) => {
        const suffix = level.kind === 'environment' ? level.id.replaceAll(/[^A-Za-z0-9_-]/g, '_') : 'account'
        const body = {
          group: `\${dynatrace_iam_group.${own}.id}`,
          ...placeOf(level, account),
          policy: these.map(each => policyBlock(each, names)),
        }
        const importId = existing.has(group.id) ? `${group.id}#-#${levelPath(level, account)}` : undefined
        return block('dynatrace_iam_policy_bindings_v2', `${own}_${suffix}`, body, importId)
      })
    }),
  ]
  return { files: [{ path: 'dynatrace-access.tf.json', text: textOf(blocks) }], unsaid }
}

/** Terraform replaces what a group has at a level: what it cannot say it would take away. */
function obstacleOf(
  { owner, bindings }: GroupFact,
  { policies, boundaries }: AccountFacts,
): string | undefined {
  if (owner !== 'LOCAL') return `it belongs to ${owner}, and Terraform would set all that it grants`
  const known = new Set([...policies, ...boundaries].map(({ id }) => id))
  const unknown = bindings.flatMap(each => [each.policyId, ...each.boundaryIds]).find(id => !known.has(id))
  return unknown === undefined ? undefined : `nothing is known of ${unknown}, which is bound to it`
}

function groupBody({ name, description, permissions }: GroupFact): object {
  const permission = permissions.map(({ role, scopeType, scope }) => ({ name: role, scope, type: scopeType }))
  return {
    name: escapeTemplate(name),
    ...(description === '' ? {} : { description: escapeTemplate(description) }),
    ...(permission.length === 0 ? {} : { permissions: [{ permission }] }),
  }
}

function policyBlock(
  { policyId, parameters, boundaryIds }: BindingFact,
  names: { readonly policies: ReadonlyMap<string, string>; readonly boundaries: ReadonlyMap<string, string> },
): object {
  const refer = (type: string, own: ReadonlyMap<string, string>, id: string) =>
    own.has(id) ? `\${${type}.${own.get(id)}.id}` : id
  const given = Object.entries(parameters).map(([key, value]) => [key, escapeTemplate(value)])
  return {
    id: refer('dynatrace_iam_policy', names.policies, policyId),
    ...(given.length === 0 ? {} : { parameters: Object.fromEntries(given) }),
    ...(boundaryIds.length === 0
      ? {}
      : { boundaries: boundaryIds.map(id => refer('dynatrace_iam_policy_boundary', names.boundaries, id)) }),
  }
}

function byLevel(
  bindings: readonly BindingFact[],
): readonly (readonly [FactLevel, readonly BindingFact[]])[] {
  const levels = Map.groupBy(bindings, ({ level }) => JSON.stringify(level))
  return [...levels.values()].flatMap(these =>
    these[0] === undefined ? [] : [[these[0].level, these] as const],
  )
}

const placeOf = (level: FactLevel, account: string): object =>
  level.kind === 'environment' ? { environment: level.id } : { account }

const levelPath = (level: FactLevel, account: string): string =>
  level.kind === 'environment' ? `environment#-#${level.id}` : `account#-#${account}`

function textOf(blocks: readonly Block[]): string {
  const types = Map.groupBy(blocks, ({ type }) => type)
  const resource = Object.fromEntries(
    [...types].map(([type, these]) => [
      type,
      Object.fromEntries(these.map(({ name, body }) => [name, body])),
    ]),
  )
  const imports = blocks.flatMap(({ address, importId }) =>
    importId === undefined ? [] : [{ to: address, id: importId }],
  )
  const value = {
    terraform: { required_providers: { dynatrace: { source: 'dynatrace-oss/dynatrace' } } },
    ...(imports.length === 0 ? {} : { import: imports }),
    resource,
  }
  return `${JSON.stringify(value, null, 2)}\n`
}
