/**
 * What it costs to lint a full account: 200 policies of 20 statements, 2,000 boundaries, each bound with every policy
 * once. `node test/bench/lint.ts`.
 */
import { lintBinding } from '../../src/policy/lint/lint-binding.ts'
import { lintBoundary } from '../../src/policy/lint/lint-boundary.ts'
import { lintGroup } from '../../src/policy/lint/lint-group.ts'
import { lintPolicy } from '../../src/policy/lint/lint-policy.ts'
import { parseBoundary } from '../../src/policy/parse-boundary.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'

const tables = ['logs', 'spans', 'metrics', 'events', 'bizevents', 'entities', 'smartscape', 'user.events']

const policyText = (policy: number): string =>
  Array.from({ length: 20 }, (_, at) =>
    at === 0
      ? 'ALLOW storage:buckets:read;'
      : `ALLOW storage:${tables[at % 8]}:read, storage:${tables[(at + 1) % 8]}:read WHERE storage:dt.security_context startsWith "t${at === 7 ? policy : ''}";`,
  ).join('\n')

const boundaryText = (team: number): string =>
  `environment:management-zone = "t${team}";\nstorage:dt.security_context = "t${team}";\nsettings:dt.security_context = "t${team}";`

const started = process.cpuUsage()
const policies = Array.from({ length: 200 }, (_, at) => {
  const parsed = parsePolicy(policyText(at))
  return { name: `policy ${at}`, statements: parsed.kind === 'parsed' ? parsed.statements : [] }
})
const boundaries = Array.from({ length: 2_000 }, (_, at) => {
  const parsed = parseBoundary(boundaryText(at))
  return { name: `boundary ${at}`, conditions: parsed.kind === 'parsed' ? parsed.conditions : [] }
})
const bindings = boundaries.flatMap((boundary, at) => {
  const policy = policies[at % policies.length]
  const second = boundaries[(at * 7 + 1) % boundaries.length]
  if (policy === undefined || second === undefined) return []
  return [{ policy, boundaries: [boundary, second], parameters: {} }]
})
const read = process.cpuUsage(started)
const found = [
  ...policies.flatMap(({ statements }) => lintPolicy(statements)),
  ...boundaries.flatMap(({ conditions }) => lintBoundary(conditions)),
  ...bindings.flatMap(lintBinding),
  ...Array.from({ length: 200 }, (_, at) => lintGroup(bindings.slice(at * 10, at * 10 + 10))).flat(),
]
const all = process.cpuUsage(started)
const ms = ({ user, system }: NodeJS.CpuUsage): number => Math.round((user + system) / 1000)

console.log(
  `lint of ${policies.length} policies of 20 statements, ${boundaries.length} boundaries and ${bindings.length} bindings:` +
    ` ${ms(all) - ms(read)} ms of CPU, ${found.length} lints; reading the texts: ${ms(read)} ms`,
)
