/**
 * What the mappings of `bridge.yaml` may hold. The keys are what the readers go by, the schemas are what editors are
 * given as JSON Schema: both come from one description, so that they cannot drift apart.
 */
import { z } from 'zod'
import type { KeyRule } from '../reading.ts'

export interface About {
  readonly description: string
  readonly examples?: readonly unknown[]
  /** The name under which the JSON Schema holds it, where it is used in several places. */
  readonly id?: string
  /** Rules between the keys of a mapping, in the words of JSON Schema. */
  readonly oneOf?: readonly object[]
  readonly anyOf?: readonly object[]
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>
}

export interface Entry {
  readonly rule: KeyRule
  readonly schema: z.ZodType
}

export interface Shape<Key extends string> {
  /** For `readMapping`. */
  readonly keys: Readonly<Record<Key, KeyRule>>
  readonly schema: z.ZodType
}

/** Not the global registry of the library: that one belongs to the description of the HTTP API. */
export const registry = z.registry<About>()

/** A mapping with these keys and no others. */
export function shape<const Entries extends Readonly<Record<string, Entry>>>(
  about: About,
  entries: Entries,
): Shape<Extract<keyof Entries, string>> {
  const keys = Object.fromEntries(Object.entries(entries).map(([key, { rule }]) => [key, rule]))
  const schemas = Object.fromEntries(Object.entries(entries).map(([key, { schema }]) => [key, schema]))
  return {
    keys: keys as Shape<Extract<keyof Entries, string>>['keys'],
    schema: described(z.strictObject(schemas), about),
  }
}

/** The same schema with words of its own. */
export const described = (schema: z.ZodType, about: About): z.ZodType =>
  schema.clone().register(registry, about)

export function required(schema: z.ZodType, description: string, ...examples: readonly unknown[]): Entry {
  return { rule: 'required', schema: described(schema, aboutEntry(description, examples)) }
}

/** May be left out, or left empty. */
export function optional(schema: z.ZodType, description: string, ...examples: readonly unknown[]): Entry {
  const empty = z.union([schema, z.null()])
  return { rule: 'optional', schema: described(empty, aboutEntry(description, examples)).optional() }
}

/** May be left out, but not left empty. */
export function filled(schema: z.ZodType, description: string, ...examples: readonly unknown[]): Entry {
  return { rule: 'filled', schema: described(schema, aboutEntry(description, examples)).optional() }
}

function aboutEntry(description: string, examples: readonly unknown[]): About {
  return examples.length === 0 ? { description } : { description, examples }
}
