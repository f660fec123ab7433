/** Lists read while they arrive: whatever the pieces, they say what the whole says. */
import fc from 'fast-check'
import { test } from 'tap'
import { z } from 'zod'
import { readItems } from '../../src/dynatrace/item-reader.ts'
import { atOnce, breathe, inTurns, type Work } from '../../src/lib/turns.ts'

const Anything = z.json()

test('a list in any pieces is the list in one', async t => {
  const list = fc.record({
    items: fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 8 }),
    counted: fc.boolean(),
    more: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    indent: fc.nat(2),
    last: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(list, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), async (given, lengths) => {
      const { items: _, count: __, ...more } = given.more
      const count = given.counted ? { count: given.items.length } : {}
      const { items } = given
      const whole = given.last ? { ...more, ...count, items } : { items, ...count, ...more }
      const found = await readItems(pieces(JSON.stringify(whole, null, given.indent), lengths), Anything, 200)
      t.same(found, { kind: 'read', items: z.array(Anything).parse(JSON.parse(JSON.stringify(items))) })
    }),
    { numRuns: 300 },
  )
})

test('what is no complete list says why, in any pieces', async t => {
  const wrong = [
    ['', /not complete JSON/],
    ['<html><body>Sign in</body></html>', /an HTML page came with status 200/],
    ['[]', /the answer" is not|the answer is not/],
    ['{"count":1}', /"items"/],
    ['{"items":{}}', /"items"/],
    ['{"items":[1,2', /not complete JSON/],
    ['{"items":[1,2]', /not complete JSON/],
    ['{"items":[1,2,]}', /not complete JSON/],
    ['{"items":[,1]}', /not complete JSON/],
    ['{"items":[1,,2]}', /not complete JSON/],
    ['{"items":[1}', /not complete JSON/],
    ['{"items":[1],"items":[2]}', /not complete JSON/],
    ['{"items":[1]} and more', /not complete JSON/],
    ['{"items":["a]}', /not complete JSON/],
    ['{"count":3,"items":[1,2]}', /"count".*disagrees/],
    ['{"count":0,"items":[1,2]}', /"count".*disagrees/],
  ] as const
  for (const [text, why] of wrong) {
    for (const length of [1, 2, 3, 7, 1_000]) {
      const found = await readItems(pieces(text, Array(100).fill(length)), Anything, 200)
      t.match(found, { kind: 'malformed', why }, `${text} by ${length}`)
    }
  }
})

test('the place of a wrong item is told without its value', async t => {
  const text = JSON.stringify({ items: [{ id: 'a' }, { id: 'b' }, { id: 7 }] })
  const found = await readItems(pieces(text, Array(100).fill(9)), z.object({ id: z.string() }), 200)
  t.match(found, { kind: 'malformed', why: /^"items\.2\.id" is not what the API promises/ })
})

test('long work lets others have the loop, and comes to the same', async t => {
  let others = 0
  const ticking = setInterval(() => {
    others += 1
  }, 1)
  const found = await Promise.all([inTurns(sum(2_000_000)), inTurns(sum(1_000_000))])
  clearInterval(ticking)
  t.same(found, [atOnce(sum(2_000_000)), atOnce(sum(1_000_000))])
  t.ok(others > 0)
  await breathe()
})

function* sum(to: number): Work<number> {
  let result = 0
  for (let n = 1; n <= to; n += 1) {
    result += n
    yield
  }
  return result
}

async function* pieces(text: string, lengths: Iterable<number>): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let start = 0
  for (const length of lengths) {
    if (start >= bytes.length) return
    yield bytes.subarray(start, start + length)
    start += length
  }
  yield bytes.subarray(start)
}
