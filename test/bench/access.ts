/**
 * What it costs to work out the desired state: from nothing, for one user whose membership changed, for one IdP group
 * that came or was renamed; what another model would change for people; and what a pattern costs that means harm.
 * `node test/bench/access.ts`; `BENCH_SCALE=0.1` makes it a tenth of 5,000 IdP groups. Users cost nothing here: rules
 * look at groups alone.
 */

import { desiredGroups } from '../../src/access/desired.ts'
import { desiredMemory } from '../../src/access/desired-memory.ts'
import { textsOf } from '../../src/access/evaluate/texts.ts'
import { accessOf } from '../../src/access/explain/grants.ts'
import { impactOf } from '../../src/access/impact/impact.ts'
import { matchRule } from '../../src/access/match.ts'
import type { AccessModel } from '../../src/access/model.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
import type { IdpGroup, Person } from '../../src/directory/snapshot.ts'
import { atOnce } from '../../src/lib/turns.ts'

const scale = Number(process.env.BENCH_SCALE ?? 1)
const GROUPS = 5_000 * scale
const USERS = 10_000 * scale
const RULES = 200
const ENVIRONMENTS = 50

/** Every rule takes 25 groups, and grants one policy in the account, one in ten environments and one in all. */
function bridgeYaml(): string {
  const environments = Array.from(
    { length: ENVIRONMENTS },
    (_, at) => `  env${at}: { id: env${at}, labels: { stage: stage${at % 5}, kind: any } }`,
  )
  const rules = Array.from(
    { length: RULES },
    (_, at) => `  - name: rule ${at}
    match: dt${at}-{team}-{stage:${[0, 1, 2, 3, 4].map(stage => `stage${stage}`).join('|')}}
    group: { name: "${at} {team} {stage}", description: "Provisioned from the IdP group {displayName}" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team data, level: { environments: { stage: "{stage}" } }, parameters: { team: "{team}" }, boundaries: [ "team {team}" ] }
      - { policy: Read Logs, level: { environments: { kind: any } } }
`,
  )
  return `version: 1\nenvironments:\n${environments.join('\n')}\nrules:\n${rules.join('')}boundaries:
  - { name: "team {team}", for: rule 0, query: 'storage:dt.security_context = "{team}";' }\n`
}

function modelOf(text: string): AccessModel {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems.slice(0, 3), undefined, 2))
  return parsed.model
}

const groupAt = (at: number): IdpGroup => ({
  id: `group-${at}`,
  displayName: `dt${at % RULES}-team${Math.floor(at / RULES)}-stage${at % 5}`,
  externalId: `00g${at}`,
})

/** The least of several CPU times, in milliseconds: what others do on the machine only adds. */
function cost(work: () => void, times = 7): number {
  const took = Array.from({ length: times }, () => {
    const began = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1_000
  })
  return Math.min(...took)
}

function measure(): void {
  const text = bridgeYaml()
  const began = process.cpuUsage()
  const model = modelOf(text)
  const { user, system } = process.cpuUsage(began)
  say('bridge.yaml read and checked, once', (user + system) / 1_000)
  const groups = Array.from({ length: GROUPS }, (_, at) => groupAt(at))

  const bindings = desiredGroups(model, groups).groups.reduce((sum, group) => sum + group.bindings.length, 0)
  process.stdout.write(
    `${GROUPS} IdP groups, ${RULES} rules, ${ENVIRONMENTS} environments: ${bindings} bindings\n`,
  )
  const first = (() => {
    const at = process.cpuUsage()
    desiredGroups({ ...model }, groups)
    const spent = process.cpuUsage(at)
    return (spent.user + spent.system) / 1_000
  })()
  say('desired state, with what the collector does', first)
  const whole = cost(() => desiredGroups(model, groups))
  say('desired state', whole)

  const memory = desiredMemory()
  atOnce(memory.desiring(model, groups))
  const members = new Map(groups.map(({ id }, at) => [id, new Set([`user${at % USERS}@acme.example`])]))
  // The snapshot of each pass brings objects of its own.
  const copies = Array.from({ length: 7 }, () => groups.map(group => ({ ...group })))
  let turn = 0
  const keyed = cost(() => {
    const { groups: desired } = atOnce(memory.desiring(model, copies[turn++] ?? groups))
    accessOf({ emailKey: 'user7@acme.example', groups: desired, members, environments: model.environments })
  })
  compare('one user, and what they have', keyed, whole)

  const renamed = Array.from({ length: 7 }, (_, nth) =>
    groups.map(group => (group.id === 'group-7' ? { ...group, displayName: `dt7-new${nth}-stage2` } : group)),
  )
  turn = 0
  const one = cost(() => atOnce(memory.desiring(model, renamed[turn++] ?? groups)))
  compare('one IdP group renamed', one, whole)

  say(`what if ten rules were gone, ${USERS} people in ${ENVIRONMENTS} environments`, whatIf(model, groups))

  const [rule] = model.rules
  if (rule === undefined) return
  const hostile = `dt0-${'stage0-'.repeat(20_000)}x`
  const harm = cost(() => matchRule(rule, { displayName: hostile, externalId: undefined }))
  say(`a hostile name of ${hostile.length} characters`, harm)
}

/** Each person is in five groups. Nobody knows the policies' texts: bindings are compared by name. */
function whatIf(model: AccessModel, groups: readonly IdpGroup[]): number {
  const people = Array.from({ length: USERS }, (_, at) => `user${at}@acme.example`)
  const members = new Map(groups.map(({ id }) => [id, new Set<string>()]))
  for (const [at, name] of people.entries()) {
    for (const step of [1, 7, 31, 101, 997]) members.get(`group-${(at * step) % groups.length}`)?.add(name)
  }
  const snapshot = {
    ...{ groups, members, departures: new Map(), unreachable: [], parked: new Map(), seq: 0 },
    people: new Map(people.map(name => [name, personOf(name)])),
  }
  const sideOf = (rules: AccessModel['rules']) => {
    const desired = desiredGroups({ ...model, rules }, groups)
    return { groups: desired.groups, texts: textsOf(desired), environments: model.environments }
  }
  const [before, after] = [sideOf(model.rules), sideOf(model.rules.slice(10))]
  return cost(() => atOnce(impactOf(before, after, snapshot)), 2)
}

const personOf = (userName: string): Person => ({
  ...{ userName, email: userName, emailKey: userName, active: true },
  ...{ inactiveSince: undefined, reactivatedAt: undefined, doubtedSince: undefined },
})

const say = (what: string, ms: number): void =>
  void process.stdout.write(`${what}: ${ms.toFixed(2)} ms of CPU\n`)

function compare(what: string, ms: number, whole: number): void {
  const share = `1/${Math.round(whole / ms)} of the desired state`
  process.stdout.write(`${what}: ${ms.toFixed(2)} ms of CPU, ${share}\n`)
}

measure()
