/** The access model in force: taken from its files, followed when they change, kept when the newer one is bad. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { readAccessModel } from '../../src/cli/access-files.ts'
import { keepAccessModel } from '../../src/cli/access-model.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { type Log, silentLog } from '../../src/lib/log.ts'

const main = 'version: 1\ninclude: [ rules/a.yaml ]\nvariables: { prefix: dt }\n'
const rules = 'rules: [ { name: a, match: "{prefix}-{team}", group: { name: "{team}" } } ]\n'

test('a change of an included file is taken when it is good, and told of with its place when it is not', async t => {
  const dir = t.testdir({ 'bridge.yaml': main, rules: { 'a.yaml': rules } })
  const path = join(dir, 'bridge.yaml')
  const part = join(dir, 'rules/a.yaml')
  const { clock, tick } = handClock()
  const logged: unknown[] = []
  const note = (fields: object, message: string): void => void logged.push({ ...fields, message })
  const log: Log = { ...silentLog, warn: note, error: note }
  const keeper = await keepAccessModel({ path, clock, log })
  t.equal(keeper.current().rules[0]?.name, 'a')
  const taken: string[] = []
  const watch = keeper.watch(model => void taken.push(model.rules.map(({ name }) => name).join()))
  const change = async (text: string): Promise<void> => {
    await writeFile(part, text)
    await tick()
    await tick()
  }

  await change(rules.replace('name: a', 'name: b'))
  t.same(taken, ['b'])
  await change(rules.replace('"{team}"', '"{tem}"'))
  t.same(taken, ['b'])
  t.equal(keeper.status().problem, `${path} has 1 mistake, in ${part}, line 1: the rule captures no {tem}`)
  t.match(logged, [
    { path: part, line: 1, message: /the rule captures no \{tem\}: did you mean \{team\}\?/ },
    {},
  ])
  t.equal(keeper.current().rules[0]?.name, 'b', 'the last good one stays')
  await change(rules)
  t.same(taken, ['b', 'a'])
  t.equal(keeper.status().problem, undefined)
  await watch.close()
})

test('the files are read for whoever looks at them once', async t => {
  const dir = t.testdir({ 'bridge.yaml': main })
  t.match(await readAccessModel(join(dir, 'bridge.yaml')), {
    kind: 'invalid',
    problems: [{ line: 2, column: 12, message: /"rules\/a\.yaml" cannot be opened \(ENOENT/ }],
  })
  await t.rejects(readAccessModel(join(dir, 'absent')), {
    code: 'bad-access-model',
    message: /BRIDGE_CONFIG/,
  })
})

/** Each tick ends the sleep under way and resolves when the next one begins. */
function handClock(): { readonly clock: Clock; readonly tick: () => Promise<void> } {
  let wake = (): void => undefined
  let asleep = (): void => undefined
  const clock: Clock = {
    now: () => new Date(0),
    sleep: (_ms, signal) => {
      const sleeping = new Promise<void>(resolve => {
        wake = resolve
        signal?.addEventListener('abort', () => resolve())
      })
      asleep()
      return sleeping
    },
  }
  const tick = async (): Promise<void> => {
    const next = new Promise<void>(resolve => {
      asleep = resolve
    })
    wake()
    await next
  }
  return { clock, tick }
}
