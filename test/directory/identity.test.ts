/** Who is who: addresses, domains, people who come back, renames, doubtful deactivations; on both databases. */
import { test } from 'tap'
import type { Directory, DirectoryUser } from '../../src/directory/directory.ts'
import { emailAttribute } from '../../src/directory/email-attribute.ts'
import { defaultIdentity, type IdentityRules } from '../../src/directory/identity-rules.ts'
import { recomputeEmails } from '../../src/directory/recompute-emails.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { readJournal } from '../../src/store/journal.ts'
import type { Store } from '../../src/store/store.ts'
import { eachDatabase, type TestDatabase } from '../support/databases.ts'

const cause = { requestId: 'req-1', actor: 'scim' }
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

test('the attribute that is the address is a setting', async t => {
  const attributes: JsonObject = {
    userName: 'ada@login.example',
    externalId: 'ada@hr.example',
    emails: [
      { value: 'home@acme.example', type: 'home', primary: true },
      { value: 'work@acme.example', type: 'work' },
    ],
    name: { formatted: 'Ada' },
    [enterprise]: { employeeNumber: 'n7@staff.example', manager: { value: 'boss@acme.example' } },
  }
  const cases = [
    ['auto', 'ada@login.example'],
    ['AUTO', 'ada@login.example'],
    ['userName', 'ada@login.example'],
    ['username', 'ada@login.example'],
    ['externalId', 'ada@hr.example'],
    ['emails', 'home@acme.example'],
    ['emails.value', 'home@acme.example'],
    ['emails[type eq "work"].value', 'work@acme.example'],
    ['emails[type eq "WORK"]', 'work@acme.example'],
    ['emails[type eq "other"].value', undefined],
    ['name.formatted', undefined],
    ['title', undefined],
    [`${enterprise}:employeeNumber`, 'n7@staff.example'],
    [`${enterprise.toUpperCase()}:manager`, 'boss@acme.example'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:externalId', 'ada@hr.example'],
  ] as const
  for (const [setting, expected] of cases) t.equal(emailAttribute(setting)(attributes), expected, setting)
  t.equal(emailAttribute(`${enterprise}:employeeNumber`)({ userName: 'x@y' }), undefined)
  for (const setting of [
    'nonsense',
    'emails[type eq',
    'emails[type eq "work"',
    'emails[].value',
    'name[formatted eq "x"]',
    'active',
    'name',
    'addresses',
    'password',
    'groups.value',
    'id',
    'meta.version',
    enterprise,
    'urn:acme:User:mail',
    '__proto__',
    'a b',
  ]) {
    t.throws(
      () => emailAttribute(setting),
      { code: 'bad-setting', message: /^BRIDGE_EMAIL_ATTRIBUTE .+write auto/ },
      setting,
    )
  }
})

eachDatabase({
  async 'addresses follow the setting when it changes'(t, database) {
    const { store, clock, directory } = await opened(database)
    const users = []
    for (let n = 0; n < 3; n++) {
      const emails = [{ value: `Mail${n}@acme.example`, type: 'work' }]
      users.push(await directory.createUser({ userName: `u${n}@login.example`, emails }, cause))
    }
    await directory.createUser(
      { userName: 'same@acme.example', emails: [{ value: 'same@acme.example' }] },
      cause,
    )
    await directory.createUser({ userName: 'none@login.example' }, cause)
    const [first] = users
    if (first !== undefined) await directory.changeUser(first.id, deactivated, cause)
    await store.write(tx => tx.deleteFrom('changes').execute())
    const recompute = (setting: string) =>
      recomputeEmails({ store, clock, setting, emailOf: emailAttribute(setting) })

    t.equal(await recompute('auto'), 0)
    const versions = await store.db.selectFrom('users').select('version').orderBy('id').execute()
    t.equal(await recompute('emails'), 4)
    t.same(
      (await store.db.selectFrom('users').select('email').orderBy('userName').execute()).map(
        row => row.email,
      ),
      [null, 'same@acme.example', 'Mail0@acme.example', 'Mail1@acme.example', 'Mail2@acme.example'],
    )
    t.same(await store.db.selectFrom('users').select('version').orderBy('id').execute(), versions)
    t.same(await successors(store), {
      'none@login.example': null,
      'u0@login.example': null,
      'u1@login.example': 'mail1@acme.example',
      'u2@login.example': 'mail2@acme.example',
    })
    const keys = (await store.db.selectFrom('changes').select('key').execute()).map(({ key }) => key)
    t.same(
      new Set(keys),
      new Set([...Object.keys(await successors(store)), ...[0, 1, 2].map(n => `mail${n}@acme.example`)]),
    )
    t.ok((await kinds(store)).includes('directory.email-attribute.changed'))
    t.equal((await kinds(store)).filter(kind => kind === 'directory.user.email-changed').length, 4)

    t.equal(await recompute('emails'), 0)
    t.equal(await recompute('userName'), 4)
    t.match(await successors(store), { 'mail1@acme.example': 'u1@login.example' })
    t.equal((await successors(store))['u1@login.example'], undefined)

    // A start that was cut short in the middle is made good, even when the old setting is back.
    await store.write(tx => tx.updateTable('settings').set({ value: '' }).execute())
    await store.write(tx => tx.updateTable('users').set({ email: null, emailKey: null }).execute())
    t.equal(await recompute('userName'), 5)
  },

  async 'only declared domains are accepted'(t, database) {
    const { store, clock, directory: open } = await opened(database)
    const rules = { emailDomains: ['acme.example', '*.corp.example', 'xn--bcher-kva.example'] }
    const directory = sqlDirectory({ store, clock, identity: { ...defaultIdentity, ...rules } })
    for (const userName of [
      'a@acme.example',
      'b@ACME.Example',
      'c@eu.corp.example',
      'd@a.b.CORP.example',
      'e@bücher.example',
      'f@xn--bcher-kva.example',
      'g@acme.example.',
      'no address',
    ]) {
      await t.resolves(directory.createUser({ userName }, cause), userName)
    }
    for (const userName of [
      'a@evil.example',
      'b@eu.acme.example',
      'c@corp.example',
      'd@xcorp.example',
      'e@acme.example.evil.example',
      'f@acme',
    ]) {
      await t.rejects(
        directory.createUser({ userName }, cause),
        {
          name: 'ScimError',
          status: 400,
          scimType: 'invalidValue',
          message:
            /The domain .+ of the address .+@.+ is not declared: add .+ to BRIDGE_EMAIL_DOMAINS and restart/,
        },
        userName,
      )
    }
    const { id } = await open.createUser({ userName: 'old@gone.example' }, cause)
    await t.resolves(directory.changeUser(id, it => ({ ...it.attributes, title: 'Dr' }), cause))
    await t.resolves(
      directory.changeUser(id, it => ({ ...it.attributes, userName: 'OLD@gone.example' }), cause),
    )
    await t.resolves(directory.changeUser(id, deactivated, cause))
    await t.rejects(
      directory.changeUser(id, it => ({ ...it.attributes, userName: 'new@gone.example' }), cause),
      {
        message: /domain gone\.example of the address new@gone\.example/,
        refusal: { subject: 'gone.example' },
      },
    )
    await t.resolves(
      directory.changeUser(id, it => ({ ...it.attributes, userName: 'new@acme.example' }), cause),
    )
    await t.resolves(directory.changeUser(id, it => ({ ...it.attributes, userName: 'nobody' }), cause))
    t.match(await directory.findUser(id), { emailKey: null, resource: /"nobody"/ })
  },

  async 'creating a deactivated user brings that user back'(t, database) {
    const { store, clock, directory } = await opened(database)
    const first = await directory.createUser(
      { userName: 'Zoe\u0308@acme.example', externalId: 'old', title: 'Dr', active: true },
      cause,
    )
    const members = [{ kind: 'add', members: [{ id: first.id, kind: 'User' }] }] as const
    await directory.createGroup({ displayName: 'g' }, members, cause)
    await t.rejects(directory.createUser({ userName: 'ZOË@acme.example' }, cause), {
      status: 409,
      scimType: 'uniqueness',
      message: /ZOË@acme\.example/,
    })
    clock.advance(60_000)
    await directory.changeUser(first.id, deactivated, cause)
    const unforgiving = sqlDirectory({ store, clock, identity: { ...defaultIdentity, reactivate: false } })
    await t.rejects(unforgiving.createUser({ userName: 'zoë@acme.example' }, cause), {
      status: 409,
      message: /deactivated: set its active to true/,
    })
    clock.advance(60_000)
    const again = await directory.createUser(
      { userName: 'zoë@ACME.example', externalId: 'new', active: true },
      cause,
    )
    t.match(again, {
      id: first.id,
      userName: 'zoë@ACME.example',
      externalId: 'new',
      active: true,
      inactiveSince: undefined,
      createdAt: first.createdAt,
    })
    t.equal(again.attributes.title, undefined)
    t.same(
      (await directory.groupsOfUsers([first.id])).get(first.id)?.map(it => it.displayName),
      ['g'],
    )
    t.equal((await row(store, first)).reactivatedAt, again.modifiedAt)
    const [line] = await readJournal(store.db, { limit: 1 })
    t.match(line, {
      kind: 'scim.user.reactivated',
      data: { id: first.id, previousExternalId: 'old', active: true },
    })
    await t.rejects(directory.createUser({ userName: 'zoë@acme.example' }, cause), {
      name: 'ScimError',
      status: 409,
    })

    clock.advance(60_000)
    await directory.changeUser(first.id, deactivated, cause)
    const still = await directory.createUser({ userName: 'zoë@acme.example', active: false }, cause)
    t.match(still, { id: first.id, active: false, userName: 'zoë@acme.example' })
    t.not((await kinds(store))[0], 'scim.user.reactivated')
  },

  async 'userNames match on a folded key and are echoed as sent'(t, database) {
    const { directory } = await opened(database)
    const same = [
      ['José@acme.example', 'Jose\u0301@acme.example', 'JOSÉ@ACME.EXAMPLE'],
      ['Straße@acme.example', 'STRAẞE@acme.example'],
      ['Σίσυφος@acme.example', 'ΣΊΣΥΦΟΣ@acme.example'.toLowerCase()],
      ['I@acme.example', 'i@acme.example'],
    ] as const
    for (const [stored, ...others] of same) {
      const user = await directory.createUser({ userName: stored }, cause)
      t.match((await directory.findUser(user.id))?.resource, JSON.stringify(stored), 'echoed as sent')
      t.equal(user.attributes.userName, stored)
      for (const userName of others) {
        await t.rejects(
          directory.createUser({ userName }, cause),
          { name: 'ScimError', status: 409 },
          userName,
        )
        const filter = { op: 'eq', path: 'userName', value: userName } as const
        const { items } = await directory.listUsers({ filter, startIndex: 1, count: 5 })
        t.same(
          items.map(({ id }) => id),
          [user.id],
          userName,
        )
      }
    }
    // These look alike and are other letters: ı has no dot, ss is not ß.
    for (const userName of ['ı@acme.example', 'strasse@acme.example', 'Jose@acme.example']) {
      await t.resolves(directory.createUser({ userName }, cause), userName)
    }
  },

  async 'a new address is a planned rename, and chains lead to the newest'(t, database) {
    const { store, directory } = await opened(database)
    const user = await directory.createUser({ userName: 'a@x', active: true }, cause)
    const rename = (userName: string) =>
      directory.changeUser(user.id, it => ({ ...it.attributes, userName }), cause)
    await rename('A@x')
    t.same(await successors(store), {}, 'another letter case is the same address')
    await rename('b@x')
    t.same(await successors(store), { 'a@x': 'b@x' })
    await rename('c@x')
    t.same(await successors(store), { 'a@x': 'c@x', 'b@x': 'c@x' })
    await rename('a@x')
    t.same(await successors(store), { 'b@x': 'a@x', 'c@x': 'a@x' })

    const other = await directory.createUser({ userName: 'b@x' }, cause)
    t.same(await successors(store), { 'c@x': 'a@x' }, 'somebody new at an old address')
    await directory.changeUser(other.id, it => ({ ...it.attributes, userName: 'd@x' }), cause)
    t.same(await successors(store), { 'b@x': 'd@x', 'c@x': 'a@x' }, 'chains of others stay')

    const emails = [{ value: 'a@x' }]
    const twin = await directory.createUser({ userName: 'twin', emails }, cause)
    await directory.changeUser(twin.id, it => ({ ...it.attributes, emails: [{ value: 'e@x' }] }), cause)
    t.match(await successors(store), { 'c@x': 'a@x' }, 'an address that somebody still has')

    await rename('nobody')
    t.match(await successors(store), { 'a@x': null, 'c@x': null, 'b@x': 'd@x' })
    await directory.deleteUser(other.id, cause)
    t.match(await successors(store), { 'b@x': null, 'd@x': null })

    const gone = await directory.createUser({ userName: 'gone@x', active: false }, cause)
    await directory.changeUser(gone.id, it => ({ ...it.attributes, userName: 'went@x' }), cause)
    t.equal((await successors(store))['gone@x'], null, 'who is deactivated has nothing to carry over')
  },

  async 'a deactivation right behind a reactivation is doubted until it is said again'(t, database) {
    const { store, clock, directory } = await opened(database)
    const user = await directory.createUser({ userName: 'a@x', active: true }, cause)
    clock.advance(1000)
    await directory.changeUser(user.id, deactivated, cause)
    t.equal((await row(store, user)).doubtedSince, null, 'who was never reactivated is not doubted')
    clock.advance(1000)
    const active = await directory.changeUser(user.id, activated, cause)
    t.match(await row(store, user), { reactivatedAt: active.modifiedAt, doubtedSince: null })

    clock.advance(9_999)
    const doubted = await directory.changeUser(user.id, deactivated, cause)
    t.match(doubted, { active: false, inactiveSince: doubted.modifiedAt })
    t.equal((await row(store, user)).doubtedSince, doubted.modifiedAt)
    t.same((await kinds(store)).slice(0, 2), ['scim.user.deactivation-doubted', 'scim.user.changed'])
    await store.write(tx => tx.deleteFrom('changes').execute())

    clock.advance(9_999)
    t.same(await directory.changeUser(user.id, deactivated, cause), doubted)
    t.equal((await row(store, user)).doubtedSince, doubted.modifiedAt, 'too early')
    clock.advance(1)
    const titled = (it: DirectoryUser) => ({ ...it.attributes, title: 'Dr' })
    const changed = await directory.changeUser(user.id, titled, cause, { active: false })
    t.equal((await row(store, user)).doubtedSince, doubted.modifiedAt, 'active was not said')
    t.same(await directory.changeUser(user.id, deactivated, cause), changed, 'version and dates stay')
    t.equal((await row(store, user)).doubtedSince, null)
    t.equal((await kinds(store))[0], 'scim.user.deactivation-confirmed')
    t.match(await store.db.selectFrom('changes').select('key').execute(), [{ key: 'a@x' }])
    const before = await kinds(store)
    await directory.changeUser(user.id, deactivated, cause)
    t.same(await kinds(store), before, 'confirmed once')

    await directory.changeUser(user.id, activated, cause)
    await directory.changeUser(user.id, deactivated, cause)
    t.not((await row(store, user)).doubtedSince, null)
    await directory.changeUser(user.id, activated, cause)
    t.equal((await row(store, user)).doubtedSince, null, 'a reactivation clears the doubt')
    clock.advance(10_000)
    await directory.changeUser(user.id, deactivated, cause)
    t.equal((await row(store, user)).doubtedSince, null, 'behind the window nothing is doubted')

    const trusting = sqlDirectory({ store, clock, identity: { ...defaultIdentity, staleDeactivationMs: 0 } })
    await trusting.changeUser(user.id, activated, cause)
    await trusting.changeUser(user.id, deactivated, cause)
    t.equal((await row(store, user)).doubtedSince, null, '0 doubts nothing')
  },
})

const activated = (user: DirectoryUser): JsonObject => ({ ...user.attributes, active: true })
const deactivated = (user: DirectoryUser): JsonObject => ({ ...user.attributes, active: false })

async function opened(database: TestDatabase, identity: IdentityRules = defaultIdentity): Promise<Opened> {
  const clock = testClock()
  const store = await database.open(clock)
  return { store, clock, directory: sqlDirectory({ store, clock, identity }) }
}

interface Opened {
  readonly store: Store
  readonly clock: ReturnType<typeof testClock>
  readonly directory: Directory
}

function testClock(): Clock & { advance(ms: number): void } {
  let now = Date.parse('2026-11-20T00:00:00.000Z')
  return {
    now: () => new Date(now),
    sleep: () => Promise.resolve(),
    advance(ms) {
      now += ms
    },
  }
}

const row = (store: Store, { id }: DirectoryUser) =>
  store.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

async function successors(store: Store): Promise<Readonly<Record<string, string | null>>> {
  const rows = await store.db.selectFrom('departures').selectAll().execute()
  return Object.fromEntries(rows.map(({ emailKey, successorKey }) => [emailKey, successorKey]))
}

/** Kinds of the lines in the journal, newest first. */
const kinds = async (store: Store): Promise<readonly string[]> =>
  (await readJournal(store.db, { limit: 100 })).map(({ kind }) => kind)
