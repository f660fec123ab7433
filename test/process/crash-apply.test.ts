import { type BridgeClient, bridgeClient } from '../support/bridge-client.ts'
import { eachDatabase } from '../support/databases.ts'
import { eventually } from '../support/processes.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { isInStep, makePlace, OURS, RULES, recreated } from './place.ts'

const LIVES = 5

eachDatabase({
  async 'a run that is killed anywhere goes on after a restart and converges'(t, database) {
    const random = seededRandom()
    t.comment(`TEST_SEED=${random.seed}`)
    const place = await makePlace(t, database)
    await place.configure(`mode: observe\n${RULES}`)
    await provision(bridgeClient(await place.start()), { users: 60, groups: 10 })
    await place.end()

    await place.configure(RULES)
    await place.account.fault({ fault: 'slow', delayMs: 15, times: 1_000_000 })
    const known = new Map<string, string>()
    const wrong: string[] = []
    let interrupted = 0
    for (let life = 0; life < LIVES; life += 1) {
      // In every other life at a call of any kind, otherwise in the middle of the writes.
      const count = life % 2 === 0 ? 'writes' : 'total'
      const enough = random.between(1, count === 'writes' ? 20 : 60)
      await place.account.forgetCalls()
      const bridge = await place.start()
      const isThrough = () => bridge.log().some(({ msg }) => msg === 'reconcile pass: in-step')
      await eventually(
        `${enough} calls`,
        async () => (await place.account.calls())[count] >= enough || isThrough(),
      )
      if (!isThrough()) interrupted += 1
      await bridge.end('SIGKILL')
      wrong.push(...(await recreated(place.account, known)))
    }
    t.ok(interrupted >= 3, `${interrupted} runs were interrupted`)
    await place.account.clearFaults()

    const bridge = await place.start()
    await isInStep(t, place, bridge)
    wrong.push(...(await recreated(place.account, known)))
    t.same(wrong, [], `no group was made twice (TEST_SEED=${random.seed})`)
    const state = await place.account.state()
    t.equal(state.groups.filter(({ name }) => OURS.group(name)).length, 10)
    t.equal(state.users.filter(({ email }) => OURS.person(email)).length, 60)
  },
})

async function provision(client: BridgeClient, size: { readonly users: number; readonly groups: number }) {
  const names = Array.from({ length: size.users }, (_, at) => `crash-${at}`)
  const users = await Promise.all(names.map(name => client.createUser(name)))
  const ids: string[] = users.map(({ status, body }) => {
    if (status !== 201) throw new Error(JSON.stringify(body))
    return body.id
  })
  await Promise.all(
    Array.from({ length: size.groups }, (_, at) =>
      client.createGroup(
        `dt-${at}`,
        ids.filter((_, person) => (person + at) % 3 === 0),
      ),
    ),
  )
}
