/** Names that `bridge.yaml` gives to what the bridge makes, and that somebody else has. */
import { desiredGroups } from '../../access/desired.ts'
import type { AccessModel } from '../../access/model.ts'
import type { AccountGroup } from '../../dynatrace/dynatrace.ts'
import { type Check, fault, ok } from '../../dynatrace/probe/check.ts'
import { foldKey } from '../../lib/fold.ts'
import { assignGroups } from '../../reconcile/assign.ts'
import type { Catalogue } from '../../reconcile/catalogue.ts'
import { isFederated } from '../../reconcile/federated-groups.ts'
import { assignDefinitions } from '../../reconcile/owned-definitions.ts'
import { findingCheck } from './finding-check.ts'
import type { Known } from './peek.ts'
import { isTemplate } from './template-text.ts'

/** As a pass would find them, for the IdP groups that are known today. */
export function takenChecks(parts: {
  readonly model: AccessModel
  /** Undefined before the bridge has a database. */
  readonly known: Known | undefined
  readonly catalogue: Catalogue
  readonly groups: readonly AccountGroup[]
  readonly now: Date
}): readonly Check[] {
  const { model, known, catalogue, groups, now } = parts
  const ownership = known?.ownership ?? NOTHING_OWNED
  const wished = desiredGroups(model, known?.groups ?? [])
  const installation = known?.installation ?? ''
  const definitions = assignDefinitions({ wished, ownership, catalogue, installation, now })
  const withheld = new Set(wished.withheld.map(foldKey))
  const assigned = assignGroups(wished.groups, ownership, groups, withheld, now, model)
  // A rule whose group has one name for all takes it with the first IdP group that matches.
  const local = new Set(groups.filter(group => !isFederated(group)).map(({ name }) => foldKey(name)))
  const coming = model.rules
    .flatMap(({ groups }) => groups.map(({ name }) => name))
    .filter(name => !isTemplate(name) && local.has(foldKey(name)) && !ownership.groups.has(foldKey(name)))
  const names = new Set([...assigned.taken.map(({ name }) => name), ...coming])
  const all = [
    ...definitions.findings
      .filter(({ kind }) => kind.endsWith('-name-taken'))
      .map(finding => findingCheck(`name.taken.${finding.subject}`, finding)),
    ...[...names].map(groupTaken),
  ]
  return all.length > 0 ? all : [ok('name.taken', 'No name that the bridge gives is taken by somebody else.')]
}

const groupTaken = (name: string): Check =>
  fault(
    `name.taken.group ${name}`,
    `The account has a group "${name}" that the bridge did not make; it is left alone, and nobody is put into it.`,
    'Rename or delete that group in Dynatrace, or give the group of the rule in bridge.yaml another name.',
  )

const NOTHING_OWNED = {
  policies: new Map(),
  boundaries: new Map(),
  groups: new Map(),
  rights: new Map(),
  users: new Set<string>(),
  invited: new Map(),
}
