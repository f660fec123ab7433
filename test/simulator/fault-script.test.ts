import { test } from 'tap'
import { faultKinds } from '../../src/simulator/fault.ts'
import { createFaultScript, survivable } from '../../src/simulator/fault-script.ts'
import { type Answer, manualClock, startAccount } from './account-client.ts'

const whole = { match: {}, delayMs: 50, retryAfter: 0, lagMs: 2_000, uses: 1 }

test('a script is the same for the same seed, and fails as often as it is told', async t => {
  const fates = (seed: number, rate: number) => {
    const script = createFaultScript({ ...whole, seed, rate, kinds: survivable })
    const taken = Array.from({ length: 5_000 }, (_, nth) =>
      script.take(nth % 3 === 0 ? 'POST' : 'GET', `/iam/v1/${nth}`),
    )
    return { report: script.report(), kinds: taken.map(fault => fault?.fault ?? null) }
  }
  t.same(fates(7, 0.2), fates(7, 0.2))
  t.not(JSON.stringify(fates(7, 0.2).kinds), JSON.stringify(fates(8, 0.2).kinds))
  t.equal(fates(1, 0).report.failed, 0)
  t.equal(fates(1, 1).report.failed, 5_000)
  const { report } = fates(3, 0.2)
  t.ok(report.failed > 900 && report.failed < 1_100, `${report.failed} of 5000`)
  t.same(Object.keys(report.byKind).sort(), [...survivable].sort())
})

test('a script picks what can happen to a call', async t => {
  const script = createFaultScript({ ...whole, seed: 1, rate: 1, kinds: [...faultKinds] })
  for (let nth = 0; nth < 500; nth += 1) {
    t.notMatch(script.take('POST', '/iam/v1/x')?.fault, /short|duplicate|lagging/)
    t.not(script.take('GET', '/iam/v1/x')?.fault, 'cut-after-write')
    t.equal(script.take('POST', '/sso/oauth2/token'), undefined, 'the token endpoint is not named')
  }
  const named = createFaultScript({
    ...whole,
    seed: 1,
    rate: 1,
    kinds: ['expired-token', 'cut'],
    match: { path: '/sso/' },
  })
  t.equal(named.take('GET', '/iam/v1/x'), undefined)
  t.equal(named.take('POST', '/sso/oauth2/token')?.fault, 'cut')
  const brief = createFaultScript({ ...whole, seed: 1, rate: 1, kinds: ['status'], calls: 2 })
  t.same(
    [1, 2, 3].map(() => brief.take('GET', '/x')?.fault),
    ['status', 'status', undefined],
  )
  t.match(brief.report(), { seen: 2, failed: 2, ended: true })
})

test('the control plane starts, tells and ends a script', async t => {
  const { account, api, control } = await startAccount(t)
  const path = '/_simulator/faults/script'
  t.equal((await control('GET', path)).status, 404)
  const started = await control('POST', path)
  t.equal(started.status, 201)
  t.same(started.body, {
    ...whole,
    seed: 1,
    rate: 0.2,
    kinds: [...survivable],
    seen: 0,
    failed: 0,
    byKind: {},
    ended: false,
  })
  await control('POST', path, { seed: 5, rate: 1, kinds: ['status'], match: { method: 'DELETE' } })
  t.equal((await api('GET', `${account}/groups`)).status, 200)
  t.match(await api('DELETE', `${account}/groups/none`), { status: /^50[0234]$/ })
  t.match((await control('GET', path)).body, { seen: 1, failed: 1, byKind: { status: 1 } })
  t.match((await control('GET', '/_simulator/faults')).body, { faults: [], script: { seed: 5 } })
  await control('POST', '/_simulator/faults', { fault: 'expired-token' })
  t.equal((await api('DELETE', `${account}/groups/none`)).status, 401, 'what is ordered comes first')
  t.equal((await control('DELETE', path)).status, 204)
  t.equal((await api('DELETE', `${account}/groups/none`)).status, 404)
  await control('POST', path, { rate: 1 })
  await control('DELETE', '/_simulator/faults')
  t.equal((await control('GET', path)).status, 404)
  for (const wrong of [{ rate: 2 }, { kinds: [] }, { kinds: ['gremlins'] }, { match: { path: '(' } }]) {
    t.equal((await control('POST', path, wrong)).status, 400, JSON.stringify(wrong))
  }
})

test('kinds of failure', async t => {
  const time = manualClock()
  const { account, api, control, credentials, repo, tokenRequest, withToken } = await startAccount(
    t,
    'sample',
    time.clock,
  )
  const users = `${account}/users`
  const meeting = async (fault: string, path: string): Promise<Answer> => {
    await control('POST', '/_simulator/faults', { fault })
    return api('GET', path)
  }

  t.test('a rate limit may not say when to come back', async t => {
    const answer = await meeting('rate-limit-bare', users)
    t.equal(answer.status, 429)
    t.equal(answer.headers['retry-after'], undefined)
  })
  t.test('a young token is refused as if it had expired', async t => {
    const answer = await meeting('expired-token', users)
    t.equal(answer.status, 401)
    t.same(answer.body, { error: true, message: 'Failed to validate access token.', payload: null })
    t.match((await meeting('expired-token', `${repo}/bindings`)).body, { error: { code: 401 } })
    t.equal((await api('GET', users)).status, 200)
  })
  t.test('a list has something twice', async t => {
    const { body } = await meeting('duplicate-items', users)
    t.equal(body.items.length, body.count + 1)
    t.same(body.items.at(-1), body.items.at(-2))
  })
  t.test('a page is short only where others follow', async t => {
    const page = (number: number) => `${repo}/boundaries?size=2&page=${number}`
    const middle = await meeting('short-page', page(1))
    t.match(middle.body, { pageSize: 2, totalCount: 4 })
    t.equal(middle.body.content.length, 1)
    t.equal((await meeting('short-page', page(2))).body.content.length, 2, 'the last one is whole')
    const list = await meeting('short-page', users)
    t.equal(list.body.items.length, list.body.count)
  })
  t.test('a read lags behind the writes that came after the fault was ordered', async t => {
    const names = async () => (await api('GET', `${account}/groups`)).body.items.map(nameOf)
    const read = { fault: 'lagging-read', match: { path: '/groups$', method: 'GET' } }
    await control('POST', '/_simulator/faults', { ...read, times: 2 })
    await api('POST', `${account}/groups`, [{ name: 'seen late' }])
    t.notOk((await names()).includes('seen late'))
    t.ok((await api('GET', `${account}/users`)).status === 200, 'others do not lag')
    time.pass(2_001)
    t.ok((await names()).includes('seen late'), 'the last two seconds are what is missing')
    t.ok((await names()).includes('seen late'))
    await control('POST', '/_simulator/faults/script', { rate: 1, kinds: ['lagging-read'], lagMs: 60_000 })
    await api('POST', `${account}/groups`, [{ name: 'seen later' }])
    time.pass(30_000)
    t.notOk((await names()).includes('seen later'))
    t.match((await control('GET', '/_simulator/faults/script')).body, { seen: 2, failed: 1 })
    await control('DELETE', '/_simulator/faults')
    t.ok((await names()).includes('seen later'))
  })
  t.test('a token ends before it says', async t => {
    const ordered = await control('POST', '/_simulator/faults', { fault: 'short-lived-token', uses: 2 })
    t.match(ordered.body, { match: { path: '/sso/' } })
    const given = (await tokenRequest(credentials)).body
    t.equal(given.expires_in, 300)
    const send = withToken(given.access_token)
    t.same(
      [await send('GET', users), await send('GET', users), await send('GET', users)].map(one => one.status),
      [200, 200, 401],
    )
    await control('POST', '/_simulator/faults/script', {
      rate: 1,
      kinds: ['short-lived-token', 'lagging-read'],
      match: { path: '/' },
    })
    const next = withToken((await tokenRequest(credentials)).body.access_token)
    t.equal((await next('GET', users)).status, 200)
    t.equal((await next('GET', users)).status, 401)
    t.match((await control('GET', '/_simulator/faults/script')).body.byKind, {
      'lagging-read': 2,
      'short-lived-token': 1,
    })
    await control('DELETE', '/_simulator/faults')
  })
  t.test('a slow answer of a script is not slow', async t => {
    await control('POST', '/_simulator/faults/script', { rate: 1, kinds: ['slow'] })
    const before = time.clock.now().getTime()
    t.equal((await api('GET', users)).status, 200)
    t.equal(time.clock.now().getTime() - before, 50)
    await control('DELETE', '/_simulator/faults')
  })
})

test('a caller that asks again gets through a script in which one call in five fails', async t => {
  const { account, api, control } = await startAccount(t, 'empty')
  await control('POST', '/_simulator/faults/script', { seed: 11, rate: 0.2 })
  let calls = 0
  const persist = async (send: () => Promise<Answer>, done: (answer: Answer) => boolean): Promise<Answer> => {
    for (;;) {
      calls += 1
      const answer = await send().catch(() => undefined)
      if (answer !== undefined && done(answer)) return answer
    }
  }
  const names = Array.from({ length: 60 }, (_, nth) => `crew ${nth}`)
  for (const name of names) {
    // A lost answer may have made the group: then the name is taken.
    await persist(
      () => api('POST', `${account}/groups`, [{ name }]),
      answer => (answer.status === 201 && answer.body !== undefined) || answer.status === 409,
    )
  }
  const report = (await control('GET', '/_simulator/faults/script')).body
  t.equal(report.seen, calls)
  t.ok(report.failed > 0 && calls < 60 * 1.6, `${calls} calls, ${report.failed} failed`)
  await control('DELETE', '/_simulator/faults')
  const { body } = await api('GET', `${account}/groups`)
  const made: string[] = body.items.map((group: { name: string }) => group.name)
  t.same(
    names.filter(name => !made.includes(name)),
    [],
  )
})

function nameOf({ name }: { readonly name: string }): string {
  return name
}
