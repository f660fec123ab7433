/** What a probe reads of the account, each thing once however many checks look at it. */
import type { Dynatrace, Level } from '../dynatrace.ts'

export type Facts = ReturnType<typeof readFacts>

/** Every function rejects like the call behind it, each time it is asked. */
export function readFacts(dynatrace: Dynatrace) {
  const environments = once(() => dynatrace.environments.list())
  const bindings = byLevel(level => dynatrace.bindings.list(level))
  return {
    environments,
    users: once(() => dynatrace.users.list({ serviceUsers: true })),
    serviceUsers: once(() => dynatrace.serviceUsers.list()),
    groups: once(() => dynatrace.groups.list()),
    boundaries: once(() => dynatrace.boundaries.list()),
    policies: byLevel(level => dynatrace.policies.list(level)),
    bindings,
    limits: byLevel(level => dynatrace.limits.level(level)),
    activeEnvironments: async () => (await environments()).filter(({ active }) => active),
  }
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined
  return () => {
    known ??= read()
    return known
  }
}

function byLevel<T>(read: (level: Level) => Promise<T>): (level: Level) => Promise<T> {
  const known = new Map<string, () => Promise<T>>()
  return level => {
    const key = level.kind === 'environment' ? level.id : `${level.kind} level`
    const reading = known.get(key) ?? once(() => read(level))
    known.set(key, reading)
    return reading()
  }
}
