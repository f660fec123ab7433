/** Findings of passes: since when they stand, and what the account has to say besides. */
import type { Test } from 'tap'
import type { Finding } from '../../src/lib/finding.ts'
import { datedFindings, keepFindings } from '../../src/reconcile/findings/first-seen.ts'
import type { Run } from '../../src/reconcile/run.ts'
import type { Store } from '../../src/store/store.ts'
import { eachDatabase } from '../support/databases.ts'
import { forward, relay } from '../support/relay.ts'
import { makeWorld, testClock } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
  stage: { id: def67890 }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings: [ { policy: Standard User, level: { environments: [ prod ] } } ]
`
const HOUR = 3_600_000

eachDatabase({
  'a finding stands since the pass that came to it first, and begins anew when it comes again': async (
    t,
    database,
  ) => {
    const clock = testClock()
    const world = await makeWorld(t, { store: await database.open(), rules: RULES, clock })
    await world.user('bo')
    const team = await world.group('dt-payments', [await world.user('ana')])
    const first = only(await world.apply(), 'no-access')
    t.match(first, { subject: 'user bo@acme.example', since: /^\d{4}-/ })

    clock.advance((3 * HOUR) / 4)
    const again = await world.apply()
    t.equal(only(again, 'no-access')?.since, first?.since)
    t.equal(only(await world.plan(), 'no-access')?.since, first?.since, 'a plan knows it too')

    const bo = (await world.scim('GET', '/Users?filter=userName eq "bo@acme.example"')).body.Resources[0].id
    await world.patch(`/Groups/${team}`, { op: 'add', path: 'members', value: [{ value: bo }] })
    t.equal(only(await world.apply(), 'no-access'), undefined)
    await world.patch(`/Groups/${team}`, { op: 'remove', path: `members[value eq "${bo}"]` })
    const anew = only(await world.apply(), 'no-access')
    t.ok(Date.parse(anew?.since ?? '') - Date.parse(first?.since ?? '') >= (3 * HOUR) / 4)
  },

  'what could not be looked at is not over, and what stands as before is not written': async (
    t,
    database,
  ) => {
    const { store, writes } = counting(await database.open())
    const at = (minute: number) => new Date(Date.UTC(2026, 10, 1, 12, minute))
    const keep = (findings: readonly Finding[], minute: number, isWhole = true) =>
      keepFindings(findings, { store, now: at(minute), isWhole })
    const [one, other] = [finding('one'), finding('other')]
    await keep([one, other], 0)
    t.equal(writes(), 1)
    await keep([other, one], 1)
    await keep([one], 1, false)
    t.equal(writes(), 1)
    t.match(await keep([one, other], 2), [{ since: at(0).toISOString() }, { since: at(0).toISOString() }])
    await keep([one], 3)
    t.match(await keep([one, other], 4), [{ since: at(0).toISOString() }, { since: at(4).toISOString() }])
    t.match(await datedFindings(store.db, [one, finding('new')]), [{ since: /./ }, { since: undefined }])
  },

  'names of any length and kind are remembered, and what a finding knows of itself counts': async (
    t,
    database,
  ) => {
    const store = await database.open()
    const odd = [finding('x'.repeat(10_000)), finding('nul \0'), finding('half \ud800'), finding('')]
    const now = new Date()
    const known = { ...finding('known'), since: '2026-01-01T00:00:00.000Z' }
    const kept = await keepFindings([...odd, known, known], { store, now, isWhole: true })
    t.same(
      kept.map(({ since }) => since),
      [...odd.map(() => now.toISOString()), known.since, known.since],
    )
    const many = Array.from({ length: 1_700 }, (_, n) => finding(`number ${n}`))
    await keepFindings(many, { store, now, isWhole: true })
    const later = await keepFindings(many, { store, now: new Date(now.getTime() + 1), isWhole: true })
    t.ok(later.every(({ since }) => since === now.toISOString()))
    await keepFindings([], { store, now, isWhole: true })
    t.same(await store.db.selectFrom('findings').selectAll().execute(), [])
  },

  'an invitation that nobody followed for a day': async (t, database) => {
    const clock = testClock()
    const world = await makeWorld(t, { store: await database.open(), rules: RULES, clock })
    await world.group('dt-payments', [await world.user('ana')])
    await world.apply()
    clock.advance(23 * HOUR)
    t.equal(only(await world.apply(), 'invitation-stale'), undefined)
    clock.advance(2 * HOUR)
    const stale = only(await world.apply(), 'invitation-stale')
    t.match(stale, {
      severity: 'warning',
      subject: 'user ana@acme.example',
      message: /more than 24 hours ago/,
      remedy: /again/,
    })
    t.ok(clock.now().getTime() - Date.parse(stale?.since ?? '') >= 25 * HOUR, 'since the invitation')
    await world.edit({ do: 'accept-invitation', user: 'ana@acme.example' })
    t.equal(only(await world.apply(), 'invitation-stale'), undefined)
  },

  'a domain that Dynatrace does not invite': async (t, database) => {
    const refusal = {
      status: 400,
      text: '{"error":true,"message":"The domain of the e-mail is not allowed"}',
    }
    const world = await makeWorld(t, {
      store: await database.open(),
      rules: RULES,
      through: url =>
        between(t, url, ({ method, path }) =>
          method === 'POST' && /\/users$/.test(path) ? refusal : undefined,
        ),
    })
    await world.group('dt-payments', [await world.user('ana'), await world.user('bo')])
    t.match(only(await world.apply(), 'domain-refused'), {
      severity: 'warning',
      subject: 'domain acme.example',
      message: /ana@acme\.example, bo@acme\.example.*not allowed/,
    })
  },

  'limits that are nearly used up, asked for once an hour': async (t, database) => {
    const clock = testClock()
    let users = 7_999
    const world = await makeWorld(t, {
      store: await database.open(),
      rules: RULES,
      clock,
      through: url =>
        between(t, url, ({ path }) => {
          if (/accounts\/[^/]+\/limits$/.test(path)) return answer({ total: 1, results: [usersLimit()] })
          if (/environment\/abc12345\/limits$/.test(path)) {
            return answer({ policies: { count: 200, limit: '200' }, bindings: { count: 3, limit: '30000' } })
          }
          return undefined
        }),
    })
    const usersLimit = () => ({ limitType: 'accountUsers', currentValue: users, limitValue: 10_000 })
    await world.group('dt-payments', [await world.user('ana')])
    t.match(ofKind(await world.apply(), 'capacity'), [
      {
        severity: 'error',
        subject: /^policies of the environment /,
        message: /has 200 of at most 200 policies\. It is full/,
        remedy: /Delete policies/,
      },
    ])
    users = 8_000
    await world.apply()
    const { calls } = await world.plan()
    t.same(
      Object.keys(calls).filter(name => name.startsWith('limits.')),
      [],
      'in step, nobody asks',
    )
    clock.advance(HOUR + 1)
    const later = await world.apply()
    t.ok((later.calls['limits.level'] ?? 0) >= 2)
    t.match(ofKind(later, 'capacity')[0], {
      severity: 'warning',
      subject: 'accountUsers of the account',
      message: /8,000 of at most 10,000 accountUsers\. That is 80 %/,
    })
  },

  'limits that cannot be read are no trouble': async (t, database) => {
    const world = await makeWorld(t, {
      store: await database.open(),
      rules: RULES,
      through: url =>
        between(t, url, ({ path }) => (/\/limits$/.test(path) ? { status: 403, text: '{}' } : undefined)),
    })
    await world.user('ana')
    await world.apply()
    const run = await world.apply()
    t.equal(run.status, 'in-step')
    t.same(ofKind(run, 'capacity'), [])
  },
})

/** The same store, that counts what is written. */
function counting(store: Store): { readonly store: Store; readonly writes: () => number } {
  let count = 0
  const write: Store['write'] = work => {
    count += 1
    return store.write(work)
  }
  return { store: { ...store, write }, writes: () => count }
}

interface Answer {
  readonly status: number
  readonly text: string
}

/** Answers some calls instead of the account. */
function between(
  t: Test,
  url: string,
  instead: (asked: { readonly method: string; readonly path: string }) => Answer | undefined,
): Promise<string> {
  return relay(t, async (asked, reply) => {
    const path = (asked.url ?? '').split('?')[0] ?? ''
    const own = instead({ method: asked.method ?? '', path })
    const { status, text } = own ?? (await forward(asked, url))
    reply.writeHead(status, { 'content-type': 'application/json' }).end(text)
  })
}

function answer(body: object): Answer {
  return { status: 200, text: JSON.stringify(body) }
}

function finding(subject: string): Finding {
  return { kind: 'kind', severity: 'info', subject, message: 'm', remedy: 'r' }
}

function ofKind(run: Run, kind: string): readonly Finding[] {
  return run.findings.filter(each => each.kind === kind)
}

function only(run: Run, kind: string): Finding | undefined {
  const [found, ...more] = ofKind(run, kind)
  if (more.length > 0) throw new Error(`more than one ${kind}: ${JSON.stringify(more)}`)
  return found
}
