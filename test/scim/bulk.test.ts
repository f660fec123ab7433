/** The order of Bulk operations and their references, apart from any server (RFC 7644 §3.7). */
import fc from 'fast-check'
import { test } from 'tap'
import { orderBulk } from '../../src/scim/bulk-order.ts'
import { referencesIn, resolveReferences } from '../../src/scim/bulk-references.ts'
import { bulkTarget } from '../../src/scim/bulk-target.ts'
import { groupType } from '../../src/scim/schema/group.ts'
import { userType } from '../../src/scim/schema/user.ts'

test('an operation waits for those it refers to, and every operation has its turn', async t => {
  const graph = fc.array(
    fc.record({
      needs: fc.array(fc.nat(11), { maxLength: 3 }),
      later: fc.array(fc.nat(11), { maxLength: 1 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  fc.assert(
    fc.property(graph, nodes => {
      const names = (numbers: readonly number[]) => new Set(numbers.map(String))
      const operations = nodes.map(({ needs, later }, index) => ({
        bulkId: String(index),
        needs: names([...needs, ...later]),
        later: names(later.filter(one => !needs.includes(one))),
      }))
      const steps = orderBulk(operations)
      const settled = new Set<string>()
      const waiting = new Set<number>()
      for (const step of steps) {
        const one = operations[step.index]
        if (one === undefined) throw new Error('no such operation')
        const isThere = (name: string) => settled.has(name) || Number(name) >= operations.length
        if (step.kind === 'link') {
          if (!waiting.delete(step.index) || ![...one.later].every(isThere)) return false
          continue
        }
        const deferred = step.kind === 'perform' && step.deferred
        if (deferred) waiting.add(step.index)
        const needed = deferred ? one.needs.difference(one.later) : one.needs
        if (step.kind === 'perform' && ![...needed].every(isThere)) return false
        if (settled.has(one.bulkId)) return false
        settled.add(one.bulkId)
      }
      return settled.size === operations.length && waiting.size === 0
    }),
    { numRuns: 500 },
  )
  const none = { bulkId: undefined, needs: new Set<string>(), later: new Set<string>() }
  t.same(
    orderBulk([none, none, none]).map(({ index }) => index),
    [0, 1, 2],
    'the order of the request where nothing refers',
  )
})

test('references are whole texts, ends of a $ref and values in a path', async t => {
  const data = {
    value: 'bulkId:a',
    title: 'my bulkId:b',
    $ref: 'https://x/Users/bulkId:c',
    list: [{ path: 'members[value eq "bulkId:d"]' }, 'bulkId:', null, 1, true],
    constructor: 'bulkId:e',
  }
  t.same([...referencesIn(data)], ['a', 'c', 'd', 'e'])
  t.same(
    resolveReferences(data, bulkId => `<${bulkId}>`),
    {
      value: '<a>',
      title: 'my bulkId:b',
      $ref: 'https://x/Users/<c>',
      list: [{ path: 'members[value eq "<d>"]' }, 'bulkId:', null, 1, true],
      constructor: '<e>',
    },
  )
})

test('paths are read in every form that clients know them by', async t => {
  const base = 'https://scim.example:443/scim/v2'
  const target = (path: string, method = 'DELETE') =>
    bulkTarget({ method, path, bulkId: 'b', version: undefined, data: undefined }, base, [
      userType,
      groupType,
    ])
  for (const path of [
    '/Users/a%2Fb',
    'Users/a%2Fb/',
    '//Users//a%2Fb',
    '/scim/v2/Users/a%2Fb',
    'https://scim.example/scim/v2/Users/a%2Fb',
    'HTTPS://SCIM.example:443/scim/v2/Users/a%2Fb',
  ]) {
    t.match(target(path), { kind: 'remove', type: { name: 'User' }, id: 'a/b' }, path)
  }
  t.match(target('/Groups', 'POST'), { kind: 'create', type: { name: 'Group' } })
  for (const path of ['', '/', '/Me', '/Users/a/b', '/__proto__/x'])
    t.throws(() => target(path), { name: 'ScimError', status: 404 }, path)
  for (const path of ['/Users/%', '/Users/a?x', 'https://other/scim/v2/Users/a', 'https:///Users/a']) {
    t.throws(() => target(path), { name: 'ScimError', status: 400 }, path)
  }
  t.throws(() => target('/Users'), { name: 'ScimError', status: 405 })
  t.throws(() => target('/Users/x', 'POST'), { name: 'ScimError', status: 405 })
})
