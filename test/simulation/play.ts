/** Plays the events of one seed, and checks the promises after each of them. */
import type { Test } from 'tap'
import type { Clock } from '../../src/lib/clock.ts'
import type { Run } from '../../src/reconcile/run.ts'
import { verifyJournal } from '../../src/store/journal-verify.ts'
import type { Store } from '../../src/store/store.ts'
import { makeWorld, parseModel, type World } from '../support/world.ts'
import { chance, seededIds } from './chance.ts'
import { ADMIN, type Event, FILES, nextEvent, PEOPLE, ROLES, TEAMS } from './company.ts'
import { type Account, changesOf, type Wishes, wishesOf } from './promises.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-01-01T08:00:00Z')

export async function play(
  t: Test,
  {
    seed,
    events,
    trace,
    open,
  }: {
    readonly seed: number
    readonly events: number
    readonly trace: string[]
    readonly open: (clock: Clock) => Promise<Store>
  },
): Promise<{ readonly events: number; readonly simulatedDays: number }> {
  const restore = seededIds(seed)
  t.teardown(restore)
  let now = START
  const clock: Clock & { advance(ms: number): void } = {
    now: () => new Date(now),
    // Who waits lets the time pass, a little at least.
    sleep: async ms => {
      now += Math.max(1, Math.min(ms, 1_000))
    },
    advance: ms => {
      now += ms
    },
  }
  const store = await open(clock)
  let file = 'usual'
  const first = await makeWorld(t, { store, rules: FILES.usual ?? '', clock, inTurn: true })
  const dying = { left: Number.POSITIVE_INFINITY }
  const mortal = mortalStore(store, dying)
  const lease = { looks: Number.POSITIVE_INFINITY }
  const start = () =>
    makeWorld(t, {
      mayGoOn: () => {
        lease.looks -= 1
        return lease.looks < 0 ? 'Another instance has taken over.' : undefined
      },
      store: mortal,
      rules: FILES[file] ?? '',
      clock,
      inTurn: true,
      account: first.simulator,
    })
  const instances: [World, World] = [await start(), await start()]
  const random = chance(seed)
  const idp = await assigned(first)
  let newest: Run | undefined

  for (let nth = 0; nth < events; nth += 1) {
    const event = nextEvent(random)
    const before: Account = await first.state()
    const line = `${nth} ${JSON.stringify(event)}`
    trace.push(line)
    switch (event.kind) {
      case 'full':
      case 'keyed': {
        dying.left = event.writes ?? Number.POSITIVE_INFINITY
        const world = instances[event.instance]
        const run = await (event.kind === 'full' ? world.apply() : world.keyed()).catch(() => undefined)
        dying.left = Number.POSITIVE_INFINITY
        if (run === undefined) {
          // What is left of a killed process is its database.
          instances[event.instance] = await start()
          trace.push('  died')
        } else {
          newest = event.kind === 'full' ? run : newest
          trace.push(
            `  ${run.status} ${run.plan.steps.map(({ title, verdict }) => `${verdict.kind} ${title}`).join(', ')}`,
          )
        }
        const wishes = await wishesOf(first, FILES[file] ?? '')
        promised(before, await first.state(), wishes, file)
        break
      }
      case 'taken-over': {
        lease.looks = event.looks
        const stale = await instances[event.instance].apply()
        lease.looks = Number.POSITIVE_INFINITY
        newest = await instances[event.instance === 0 ? 1 : 0].apply()
        trace.push(`  ${stale.status}, then ${newest.status}`)
        const wishes = await wishesOf(first, FILES[file] ?? '')
        promised(before, await first.state(), wishes, file)
        break
      }
      case 'file':
        if (isGood(event.name)) {
          file = event.name
          for (const world of instances) world.configure(FILES[file] ?? '')
        }
        break
      case 'approve':
        if (newest?.status === 'held') {
          await instances[0].approve(newest, 'checked').catch(() => undefined)
          newest = undefined
        }
        break
      case 'faults':
        await first.simulated('DELETE', '/faults/script')
        if (event.rate > 0)
          await first.simulated('POST', '/faults/script', { seed: event.seed, rate: event.rate })
        break
      case 'hand':
        await first.edit(event.edit).catch(() => undefined)
        break
      case 'hour':
        clock.advance(HOUR)
        break
      case 'day':
        clock.advance(24 * HOUR)
        break
      case 'month':
        clock.advance(30 * 24 * HOUR)
        break
      default:
        await idp(event)
    }
  }
  await settle(first, instances[0], clock, file, trace)
  const journal = await verifyJournal(store.db)
  if (journal.kind !== 'ok') throw new Error(`the journal is broken: ${JSON.stringify(journal)}`)
  restore()
  await store.close()
  return { events, simulatedDays: (now - START) / (24 * HOUR) }
}

/** The faults end, people approve what waits, and everything is as the directory and the file say. */
async function settle(
  first: World,
  world: World,
  clock: { advance(ms: number): void },
  file: string,
  trace: string[],
): Promise<void> {
  await first.simulated('DELETE', '/faults/script')
  await first.simulated('DELETE', '/faults')
  for (let nth = 0; nth < 8; nth += 1) {
    clock.advance(26 * HOUR)
    const run = await world.apply()
    trace.push(`  settling: ${run.status} ${run.plan.steps.map(({ title }) => title).join(', ')}`)
    if (run.status === 'in-step' && run.plan.steps.length === 0) break
    if (run.status !== 'held') continue
    await world.approve(run, 'all of it')
    await world.apply()
  }
  if (file === 'observe') return
  await first.forgetCalls()
  const last = await world.apply()
  const open = last.plan.steps.filter(({ verdict }) => verdict.kind === 'proceed')
  if (open.length > 0)
    throw new Error(`it does not come to rest: ${open.map(({ title }) => title).join(', ')}`)
  const { writes } = await first.calls()
  if (writes > 0) throw new Error(`${writes} writes in a pass that had nothing to do`)
  const wishes = await wishesOf(first, FILES[file] ?? '')
  const account: Account = await first.state()
  for (const member of wishes.members)
    if (!membersIn(account).has(member)) throw new Error(`in the end ${member} is missing`)
  if (file === 'upsert' || file === 'that matches nobody') return
  const ours = new Set(wishes.groups)
  for (const member of membersIn(account)) {
    const [group = '', who = ''] = member.split(': ')
    if (ours.has(group) && !wishes.members.has(member) && !who.startsWith(ADMIN))
      throw new Error(`in the end ${member} is there, and nobody wants it`)
  }
}

const membersIn = ({ users }: Account): ReadonlySet<string> =>
  new Set(users.flatMap(({ email, groups }) => groups.map(group => `${group}: ${email}`)))

/** What a pass did, held against what it may do. */
function promised(before: Account, after: Account, wishes: Wishes, file: string): void {
  const { gained, lost, strangers, remade, bound, unbound } = changesOf(before, after, wishes)
  const say = (what: string, list: readonly string[]) => {
    if (list.length > 0) throw new Error(`${what}: ${list.join(', ')}`)
  }
  say('changed although it is not ours', strangers)
  say('made a second time', remade)
  if (file === 'observe')
    say('done although the bridge only observes', [...gained, ...lost, ...bound, ...unbound])
  if (file === 'upsert') say('taken away in mode upsert', [...lost, ...unbound])
  say(
    'given although nobody wants it',
    gained.filter(each => !wishes.members.has(each)),
  )
  say(
    'taken away although it is wanted',
    lost.filter(each => wishes.members.has(each)),
  )
  say(
    'taken from the protected',
    lost.filter(each => each.includes(ADMIN)),
  )
  say(
    'bound although no rule says so',
    bound.filter(each => !wishes.rights.has(each)),
  )
  say(
    'unbound although a rule says so',
    unbound.filter(each => wishes.rights.has(each)),
  )
  const losers = new Set(lost.map(each => each.split(': ')[1]))
  if (losers.size > 12) throw new Error(`${losers.size} people lost something in one pass`)
}

function isGood(name: string): boolean {
  try {
    parseModel(FILES[name] ?? '')
    return true
  } catch {
    return false
  }
}

/** The database of a process that dies after so many writes. */
function mortalStore(store: Store, dying: { left: number }): Store {
  return {
    ...store,
    write: work => {
      dying.left -= 1
      return dying.left < 0 ? Promise.reject(new Error('killed')) : store.write(work)
    },
  }
}

/** The identity provider: it sends what happens, and what it was told is done stays done. */
async function assigned(world: World): Promise<(event: Event) => Promise<void>> {
  const users = new Map<string, string>()
  const groups = new Map<string, string>()
  users.set(ADMIN, await world.user(ADMIN))
  for (const team of TEAMS)
    for (const role of ROLES) groups.set(`dt-${team}-${role}`, await world.group(`dt-${team}-${role}`, []))
  const set = async (who: string, active: boolean) => {
    const id = users.get(who)
    if (id === undefined) return
    await world.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: active })
    const { body } = await world.scim('GET', `/Users/${id}`)
    if (body.active !== active) throw new Error(`${who} was acknowledged as active=${active} and is not`)
  }
  return async event => {
    switch (event.kind) {
      case 'joiner':
        if (!users.has(event.who)) users.set(event.who, await world.user(event.who))
        return
      case 'leaver':
        return set(event.who, false)
      case 'returner':
        return set(event.who, true)
      case 'deleted': {
        const id = users.get(event.who)
        if (id !== undefined) await world.scim('DELETE', `/Users/${id}`)
        users.delete(event.who)
        return
      }
      case 'mover': {
        const [id, group] = [users.get(event.who), groups.get(event.group)]
        if (id === undefined || group === undefined) return
        const path = `members[value eq "${id}"]`
        await world.patch(
          `/Groups/${group}`,
          event.in ? { op: 'add', path: 'members', value: [{ value: id }] } : { op: 'remove', path },
        )
        return
      }
      case 'unassign-everybody':
        for (const who of PEOPLE) await set(who, false)
        return
      case 'assign-everybody':
        for (const who of PEOPLE) await set(who, true)
        return
    }
  }
}
