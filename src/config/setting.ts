/** Reads one variable, from its value or from the file that `NAME_FILE` names, without telling its content. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { VariableName } from './variables.ts'

export type Variables = Readonly<Record<string, string | undefined>>

export interface SettingSource {
  readonly env: Variables
  readonly problem: (message: string) => void
}

/** A secret in a file is never this large; a wrong path may be. */
const largest = 64 * 1024

/**
 * The value as the schema makes it; undefined when it is not set or not usable, the latter being noted.
 * Issues of the schema are reported by their message, which must not repeat the value.
 */
export function readSetting<T>(
  name: VariableName,
  schema: z.ZodType<T>,
  source: SettingSource,
): T | undefined {
  const value = rawSetting(name, source)
  if (value === undefined) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  source.problem(`${name} ${result.error.issues[0]?.message ?? 'is malformed'}.`)
  return undefined
}

/** Whether the variable is set in either way, usable or not. */
export function isSet(name: VariableName, env: Variables): boolean {
  return env[name] !== undefined || env[`${name}_FILE`] !== undefined
}

function rawSetting(name: VariableName, { env, problem }: SettingSource): string | undefined {
  const direct = env[name]
  const file = env[`${name}_FILE`]
  if (direct !== undefined && file !== undefined) {
    problem(`${name} and ${name}_FILE are both set: remove one of them.`)
    return undefined
  }
  if (file !== undefined) return readFile(name, file.trim(), problem)
  if (direct?.trim() === '') {
    problem(`${name} is empty: give it a value, or do not set it at all.`)
    return undefined
  }
  return direct?.trim()
}

function readFile(name: VariableName, path: string, problem: (message: string) => void): string | undefined {
  if (path === '') {
    problem(`${name}_FILE is empty: give it the path of a file, or do not set it at all.`)
    return undefined
  }
  try {
    const content = readFileSync(path, 'utf8')
    if (content.length > largest) problem(`${name}_FILE: ${path} is too large to hold one value.`)
    else if (content.trim() === '') problem(`${name}_FILE: ${path} is empty: write the value into it.`)
    else return content.trim()
  } catch (error) {
    const code = z.object({ code: z.string() }).safeParse(error).data?.code ?? 'unknown error'
    problem(
      `${name}_FILE: ${path} cannot be read (${code}): correct the path or the permissions of the file.`,
    )
  }
  return undefined
}
