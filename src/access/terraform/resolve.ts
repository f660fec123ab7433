/** Resources of a configuration as if they had been applied: what they refer to by address is their id. */
import { unescapeTemplate } from './escape.ts'
import type { Resource } from './resources.ts'

export function resolveConfiguration(
  configured: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>,
): readonly Resource[] {
  return Object.entries(configured).flatMap(([type, named]) =>
    Object.entries(named).map(([name, attributes]) => {
      const address = `${type}.${name}`
      const resolved = Object.entries(attributes).map(([key, value]) => [key, resolve(value)] as const)
      return { address, type, isData: false, attributes: { id: address, ...Object.fromEntries(resolved) } }
    }),
  )
}

function resolve(value: unknown): unknown {
  if (typeof value === 'string') {
    const [, address] = /^\$\{([\w-]+\.[\w-]+)\.(?:id|uuid)\}$/.exec(value) ?? []
    return address ?? unescapeTemplate(value)
  }
  if (Array.isArray(value)) return value.map(resolve)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]))
}
