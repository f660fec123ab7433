import fc from 'fast-check'
import { test } from 'tap'
import { type Desired, desiredGroups } from '../../src/access/desired.ts'
import { desiredMemory } from '../../src/access/desired-memory.ts'
import { inForce } from '../../src/access/in-force.ts'
import type { AccessModel, BindingTemplate, LevelSelector, Matcher, Rule } from '../../src/access/model.ts'
import { parsePattern } from '../../src/access/pattern.ts'
import type { IdpGroup } from '../../src/directory/snapshot.ts'
import { foldKey } from '../../src/lib/fold.ts'
import { atOnce } from '../../src/lib/turns.ts'
import { emptyModel } from '../support/empty-model.ts'

const environments = [
  { name: 'prod', id: 'p', labels: { stage: 'prod' } },
  { name: 'dev', id: 'd', labels: { stage: 'dev' } },
]
const account: LevelSelector = { kind: 'account' }
const byStage: LevelSelector = { kind: 'labels', labels: { stage: '{stage}' } }
const both: LevelSelector = { kind: 'several', of: [account, { kind: 'labels', labels: {} }] }

/** With all that rules can come to: conflicts, other descriptions, blank environments, refusals, idle rules. */
const model: AccessModel = {
  ...emptyModel,
  environments,
  rules: [
    rule('stages', pattern('{team}-{stage:prod|dev|lab}'), '{team}', [
      binding('P', byStage, ['of {team}'], { t: '{team}' }),
      binding('Q', both),
    ]),
    rule('open', pattern('a-{team}'), '{team}', [binding('Q', account)]),
    {
      ...rule('bounded', pattern('{team}-lab'), '{team}', [binding('q', both, ['fixed'])]),
      unless: [{ kind: 'values', variable: 'team', values: ['a', 'b'] }],
    },
    rule(
      'ids',
      { kind: 'regex', attribute: 'externalId', source: '(?P<n>[0-9]+)', captures: ['n'] },
      'id {n}',
      [],
    ),
    rule('idle', pattern('nobody'), 'nobody', []),
  ],
  policies: [],
  boundaries: [
    { name: 'fixed', query: 'storage:bucket-name = "x";', for: undefined, accepts: [] },
    { name: 'of {team}', query: 'storage:dt.security_context = "{team}";', for: 'stages', accepts: [] },
  ],
}

const name = fc
  .tuple(
    fc.constantFrom('a', 'A', 'b', 'c', 'a-b', 'é', '"', ''),
    fc.constantFrom('-prod', '-dev', '-lab', '-LAB', ''),
  )
  .map(parts => parts.join(''))
const groups = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom('0', '1', '2', '3', '4', '5'),
      displayName: name,
      externalId: fc.constantFrom(undefined, '', '7', 'x'),
    }),
    { maxLength: 6, selector: ({ id }) => id },
  )
  .map((list): readonly IdpGroup[] => list)

test('with a memory the desired state is the same, whatever came before', async t => {
  fc.assert(
    fc.property(fc.array(groups, { maxLength: 8 }), lists => {
      const memory = desiredMemory()
      return lists.every(
        list =>
          JSON.stringify(atOnce(memory.desiring(model, list))) === JSON.stringify(desiredGroups(model, list)),
      )
    }),
    { numRuns: 300 },
  )
  t.pass()
})

test('work that is under way for two at once comes to the same', async t => {
  fc.assert(
    fc.property(groups, groups, groups, (first, one, other) => {
      const memory = desiredMemory()
      atOnce(memory.desiring(model, first))
      const works = [memory.desiring(model, one), memory.desiring(model, other)] as const
      const results: (Desired | undefined)[] = [undefined, undefined]
      while (results.includes(undefined)) {
        for (const [at, work] of works.entries()) {
          const { done, value } = work.next()
          if (done === true) results[at] ??= value
        }
      }
      const expected = [desiredGroups(model, one), desiredGroups(model, other)]
      const after = JSON.stringify(atOnce(memory.desiring(model, one)))
      return (
        JSON.stringify(results) === JSON.stringify(expected) &&
        after === JSON.stringify(desiredGroups(model, one))
      )
    }),
    { numRuns: 200 },
  )
  t.pass()
})

test('nothing is worked out again for the same groups, in whatever order, and little for one more', async t => {
  const memory = desiredMemory()
  const list = ['a-prod', 'b-dev', 'd-dev'].map((displayName, at) => ({
    id: `${at}`,
    displayName,
    externalId: undefined,
  }))
  const first = atOnce(memory.desiring(model, list))
  t.equal(
    atOnce(
      memory.desiring(
        model,
        list.map(group => ({ ...group })),
      ),
    ),
    first,
  )
  t.equal(atOnce(memory.desiring(model, list.toReversed())), first)
  const more = atOnce(
    memory.desiring(model, [...list, { id: '9', displayName: 'd-prod', externalId: undefined }]),
  )
  const groupOf = (desired: Desired, name: string) => desired.groups.find(group => group.name === name)
  t.equal(groupOf(more, 'b'), groupOf(first, 'b'), 'a name that was not touched')
  t.not(groupOf(more, 'd'), groupOf(first, 'd'))
  t.not(atOnce(memory.desiring({ ...model }, list)), first, 'another model is another memory')
})

test('the names that IdP groups lead to are those of their desired groups', async t => {
  fc.assert(
    fc.property(groups, list => {
      const { groups: made, withheld } = desiredGroups(model, list)
      const expected = [...new Set([...made.map(group => group.name), ...withheld].map(foldKey))].sort()
      return JSON.stringify([...desiredMemory().namesFrom(model, list)].sort()) === JSON.stringify(expected)
    }),
  )
  t.pass()
})

test('what is in force is one object until something ends', async t => {
  const until = { lastDay: '2027-01-31', reason: '' }
  const [first, ...others] = model.rules
  const ending = { ...model, rules: [...(first === undefined ? [] : [{ ...first, until }]), ...others] }
  t.equal(inForce(ending, new Date('2027-01-31T23:59:59Z')), ending)
  const after = inForce(ending, new Date('2027-02-01T00:00:00Z'))
  t.equal(after.rules.length, model.rules.length - 1)
  t.equal(inForce(ending, new Date('2027-03-01T00:00:00Z')), after)
  t.equal(inForce(ending, new Date('2027-01-01T00:00:00Z')), ending)
})

function rule(name: string, match: Matcher, group: string, bindings: readonly BindingTemplate[]): Rule {
  const permissions = [{ role: 'tenant-viewer', level: byStage, zones: [], until: undefined }]
  const made = { name: group, description: `of {displayName}`, bindings, permissions }
  return { name, description: '', mode: undefined, match, unless: [], until: undefined, groups: [made] }
}

function binding(
  policy: string,
  level: LevelSelector,
  boundaries: readonly string[] = [],
  parameters: Readonly<Record<string, string>> = {},
): BindingTemplate {
  return { policy, level, parameters, boundaries, until: undefined, accepts: [] }
}

function pattern(source: string): Matcher {
  return { kind: 'pattern', attribute: 'displayName', source, parts: parsePattern(source).parts }
}
