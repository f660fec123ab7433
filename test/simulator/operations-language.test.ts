import fc from 'fast-check'
import { test } from 'tap'
import { type FilterLanguage, filterExpression } from '../../src/simulator/filter-expression.ts'
import { type PatchOperation, patchOf } from '../../src/simulator/json-patch.ts'
import { readPageKey, writePageKey } from '../../src/simulator/page-key.ts'

const language: FilterLanguage = {
  fields: { colour: 'text', size: 'number' },
  exactCase: true,
  exists: true,
  maxLength: 10_000,
  maxDepth: 20,
}

interface Thing {
  readonly colour: string
  readonly size: number
}

/** An expression beside what it means. */
interface Expression {
  readonly text: string
  readonly holds: (thing: Thing) => boolean
}

const colour = fc.constantFrom('red', 'blue', "o'range", 'back\\slash', 'and', '')

const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`

const expressions = fc.letrec<{ expression: Expression; leaf: Expression }>(tie => ({
  leaf: fc.oneof(
    colour.map(
      (wanted): Expression => ({
        text: `colour = ${quoted(wanted)}`,
        holds: thing => thing.colour === wanted,
      }),
    ),
    fc.array(colour, { minLength: 1, maxLength: 3 }).map(
      (wanted): Expression => ({
        text: `colour in (${wanted.map(quoted).join(', ')})`,
        holds: thing => wanted.some(one => one === thing.colour),
      }),
    ),
    fc.integer({ min: 0, max: 9 }).map(
      (wanted): Expression => ({
        text: `size >= ${wanted}`,
        holds: thing => thing.size >= wanted,
      }),
    ),
  ),
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tie('expression').map(
      (inner): Expression => ({
        text: `not (${inner.text})`,
        holds: thing => !inner.holds(thing),
      }),
    ),
    fc.tuple(tie('expression'), fc.constantFrom('and', 'or', 'AND', 'Or'), tie('expression')).map(
      ([left, joint, right]): Expression => ({
        text: `(${left.text}) ${joint} (${right.text})`,
        holds: thing =>
          joint.toLowerCase() === 'and'
            ? left.holds(thing) && right.holds(thing)
            : left.holds(thing) || right.holds(thing),
      }),
    ),
  ),
}))

test('a filter means what its parts mean', async t => {
  const thing = fc.record({ colour, size: fc.integer({ min: 0, max: 9 }) })
  fc.assert(
    fc.property(expressions.expression, thing, ({ text, holds }, one) => {
      const passes = filterExpression(text, language)
      return passes(field => (field === 'colour' ? one.colour : String(one.size))) === holds(one)
    }),
  )
  const binds = filterExpression("colour = 'a' or colour = 'b' and size = 1", language)
  t.equal(
    binds(field => (field === 'colour' ? 'a' : '2')),
    true,
    'and binds before or',
  )
})

test('no text makes a filter fail in a way of its own', async t => {
  fc.assert(
    fc.property(fc.string(), text => {
      try {
        filterExpression(text, language)(() => 'x')
      } catch (error) {
        return error instanceof Error && error.name === 'Rejection'
      }
      return true
    }),
  )
  t.pass()
})

test('a patch turns what was into what is', async t => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (before, after) => {
      const patched = patchOf(before, after).reduce<unknown>(applied, before)
      return patchOf(patched, after).length === 0
    }),
  )
  t.same(patchOf({ a: 1, b: { 'c/d': 2 } }, { b: { 'c/d': 3 }, e: null }, true), [
    { op: 'remove', path: '/a', oldValue: 1 },
    { op: 'replace', path: '/b/c~1d', value: 3, oldValue: 2 },
    { op: 'add', path: '/e', value: null },
  ])
})

test('a page key comes back as it was, and a made-up one not at all', async t => {
  fc.assert(
    fc.property(fc.nat(), fc.dictionary(fc.stringMatching(/^[a-z-]{1,8}$/), fc.string()), (offset, query) => {
      const read = readPageKey(writePageKey({ offset, query }))
      return read?.offset === offset && JSON.stringify(read.query) === JSON.stringify(query)
    }),
  )
  for (const wrong of ['', 'nonsense', Buffer.from('{"offset":-1,"query":{}}').toString('base64url')]) {
    t.equal(readPageKey(wrong), undefined)
  }
})

/** Carries out one operation, as RFC 6902 says. */
function applied(value: unknown, { op, path, value: wanted }: PatchOperation): unknown {
  const [, ...names] = path.split('/').map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  return at(value, names)

  function at(here: unknown, [name, ...rest]: readonly string[]): unknown {
    if (name === undefined) return wanted
    const members = new Map(Object.entries(here ?? {}))
    if (rest.length > 0) members.set(name, at(members.get(name), rest))
    else if (op === 'remove') members.delete(name)
    else members.set(name, wanted)
    return Object.fromEntries(members)
  }
}
