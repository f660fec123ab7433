/**
 * Which policies and boundaries of the account the definitions in bridge.yaml are. Their ids are our own: made from
 * this installation, the level and the name, or as the registry has them.
 *
 * | bridge.yaml | account                             | outcome                              |
 * | ----------- | ----------------------------------- | ------------------------------------ |
 * | name        | our id                              | that one, whatever it is called      |
 * | name        | nothing of our id and of that name  | created under our id                 |
 * | name        | same name at its level, another id  | not ours: left alone, never bound    |
 * | –           | our id, in the registry             | unwanted: goes when nobody needs it  |
 */
import type { Desired } from '../access/desired.ts'
import type { Finding } from '../lib/finding.ts'
import { foldKey } from '../lib/fold.ts'
import { nameId } from '../lib/ids.ts'
import type { Catalogue } from './catalogue.ts'
import { nameTaken } from './definition-findings.ts'
import type { DefinitionEntry } from './definition-writes.ts'
import { definitionKey, levelKey } from './keys.ts'
import { levelProblems } from './level-problems.ts'
import { followsIntent, type OwnedDefinition, type Ownership } from './ownership.ts'
import type { StateBoundary, StatePolicy } from './state.ts'

export interface Definitions {
  /** As they should be, by id; without those that cannot be said. */
  readonly policies: ReadonlyMap<string, StatePolicy>
  readonly boundaries: ReadonlyMap<string, StateBoundary>
  /** Wished for, while something that is not ours has the name at that level. */
  readonly taken: readonly TakenDefinition[]
  /** In the account, in the registry, and in no definition: as the account calls them, without their text. */
  readonly unwanted: {
    readonly policies: readonly StatePolicy[]
    readonly boundaries: readonly StateBoundary[]
  }
  /** Ids by `definitionKey`. */
  readonly policyIds: ReadonlyMap<string, string>
  readonly boundaryIds: ReadonlyMap<string, string>
  /** `definitionKey`s of policies and boundaries that are defined and cannot be said: nothing is bound to what has such a name. */
  readonly withheld: { readonly policies: ReadonlySet<string>; readonly boundaries: ReadonlySet<string> }
  /** Everything of ours that is in the account. */
  readonly present: ReadonlySet<string>
  /** In the account under our id, and not recorded as such. */
  readonly claims: readonly DefinitionEntry[]
  /** Rows of what is gone and not wanted. */
  readonly vanished: readonly Pick<DefinitionEntry, 'kind' | 'id'>[]
  /** Names of the IdP groups whose captures ask for a boundary, by its name. */
  readonly askedForBy: ReadonlyMap<string, readonly string[]>
  readonly findings: readonly Finding[]
}

/** `id`: of what has the name. */
export type TakenDefinition =
  | { readonly kind: 'policy'; readonly id: string; readonly wished: Omit<StatePolicy, 'id'> }
  | { readonly kind: 'boundary'; readonly id: string; readonly wished: Omit<StateBoundary, 'id'> }

export interface DefinitionInput {
  readonly wished: Pick<Desired, 'policies' | 'boundaries' | 'withheldBoundaries'>
  readonly ownership: Pick<Ownership, 'policies' | 'boundaries'>
  readonly catalogue: Catalogue
  readonly installation: string
  readonly now: Date
}

type Kind = 'policy' | 'boundary'
type HomeLevel = StatePolicy['level']

interface Wish {
  readonly name: string
  readonly level: HomeLevel
}

interface There extends Wish {
  readonly id: string
}

const ACCOUNT: HomeLevel = { kind: 'account' }

export function assignDefinitions(input: DefinitionInput): Definitions {
  const { wished, ownership, catalogue } = input
  const policies = assignKind('policy', wished.policies, ownership.policies, homed(catalogue), input)
  const boundaries = assignKind(
    'boundary',
    wished.boundaries.map(each => ({ ...each, level: ACCOUNT })),
    ownership.boundaries,
    catalogue.boundaries.map(({ id, name }) => ({ id, name, level: ACCOUNT })),
    input,
  )
  const unsayable = wished.withheldBoundaries.map(name => definitionKey(ACCOUNT, name))
  const untouched = new Set([...boundaries.withheld, ...unsayable])
  return {
    policies: new Map(
      policies.wanted.map(([id, { name, description, statement, level }]) => [
        id,
        { id, level, name, description, statement },
      ]),
    ),
    boundaries: new Map(boundaries.wanted.map(([id, { name, query }]) => [id, { id, name, query }])),
    unwanted: {
      policies: policies.unwanted.map(({ row: _, ...policy }) => ({
        ...policy,
        description: '',
        statement: '',
      })),
      boundaries: boundaries.unwanted
        .filter(({ row }) => !untouched.has(row.nameKey))
        .map(({ id, name }) => ({
          id,
          name,
          query: catalogue.boundaries.find(each => each.id === id)?.query ?? '',
        })),
    },
    taken: [
      ...policies.taken.map(([id, { name, description, statement, level }]) => {
        return { kind: 'policy' as const, id, wished: { name, description, statement, level } }
      }),
      ...boundaries.taken.map(([id, { name, query }]) => {
        return { kind: 'boundary' as const, id, wished: { name, query } }
      }),
    ],
    policyIds: policies.ids,
    boundaryIds: boundaries.ids,
    withheld: { policies: policies.withheld, boundaries: untouched },
    present: new Set([...policies.present, ...boundaries.present]),
    claims: [...policies.claims, ...boundaries.claims],
    vanished: [...policies.vanished, ...boundaries.vanished.filter(each => !untouched.has(each.nameKey))],
    askedForBy: new Map(wished.boundaries.map(({ name, askedForBy }) => [name, askedForBy])),
    findings: [...policies.findings, ...boundaries.findings],
  }
}

function assignKind<W extends Wish>(
  kind: Kind,
  wishes: readonly W[],
  rows: ReadonlyMap<string, OwnedDefinition>,
  account: readonly There[],
  { catalogue, installation, now }: DefinitionInput,
) {
  const byId = new Map(account.map(each => [each.id, each]))
  const byName = Map.groupBy(account, each => definitionKey(each.level, each.name))
  const wanted: (readonly [string, W])[] = []
  const used = new Set<string>()
  const withheld = new Set<string>()
  const taken: (readonly [string, W])[] = []
  const claims: DefinitionEntry[] = []
  const findings: Finding[] = []
  for (const wish of wishes) {
    const nameKey = definitionKey(wish.level, wish.name)
    const row = rows.get(nameKey)
    const id = row?.id ?? nameId(installation, `${kind} ${nameKey}`)
    used.add(nameKey)
    const problems = levelProblems(wish.level, catalogue)
    if (problems.length > 0 || isUnread(kind, wish.level, catalogue)) {
      withheld.add(nameKey)
      findings.push(...problems)
      continue
    }
    const ours = byId.get(id)
    const hasName = ours !== undefined && foldKey(ours.name) === foldKey(wish.name)
    const [homonym] = byName.get(nameKey)?.filter(each => each.id !== id) ?? []
    if (!hasName && homonym !== undefined) {
      withheld.add(nameKey)
      if (ours === undefined) taken.push([homonym.id, wish])
      findings.push(nameTaken(kind, wish.name, wish.level))
      continue
    }
    if (ours !== undefined && (row === undefined || row.state === 'creating')) {
      claims.push({ kind, id, name: wish.name, nameKey })
    }
    wanted.push([id, wish])
  }
  const unwanted: (There & { readonly row: OwnedDefinition })[] = []
  const vanished: { kind: Kind; id: string; nameKey: string }[] = []
  for (const row of rows.values()) {
    if (used.has(row.nameKey)) continue
    const there = byId.get(row.id)
    // What was there before us is given up, and stays.
    if (there !== undefined && row.adopted) vanished.push({ kind, id: row.id, nameKey: row.nameKey })
    else if (there !== undefined) {
      unwanted.push({ ...there, row })
      if (row.state === 'creating') claims.push({ kind, id: row.id, name: row.name, nameKey: row.nameKey })
    } else if (isGone(kind, row, catalogue, now)) vanished.push({ kind, id: row.id, nameKey: row.nameKey })
  }
  const ids = [...rows.values()].map(row => row.id)
  const present = [...ids, ...wanted.map(([id]) => id)].filter(id => byId.has(id))
  const wantedIds = new Map(wanted.map(([id, wish]) => [definitionKey(wish.level, wish.name), id]))
  return { wanted, ids: wantedIds, unwanted, withheld, taken, present, claims, vanished, findings }
}

/** What was not read may be there all the same, and so may what was sent a moment ago. */
function isGone(kind: Kind, row: OwnedDefinition, catalogue: Catalogue, now: Date): boolean {
  if (row.state === 'creating' && followsIntent(row.at, now.toISOString())) return false
  const [home = ''] = row.nameKey.split(' ')
  if (catalogue.unread.has(kind === 'boundary' ? 'boundaries' : home)) return false
  const [, environment] = home.split(':')
  return environment === undefined || catalogue.environments.get(environment)?.active !== false
}

const isUnread = (kind: Kind, level: HomeLevel, { unread }: Catalogue): boolean =>
  unread.has(kind === 'boundary' ? 'boundaries' : levelKey(level))

function homed(catalogue: Catalogue): readonly There[] {
  return catalogue.policies.flatMap(({ id, name, level }) =>
    level.kind === 'global' ? [] : [{ id, name, level }],
  )
}
