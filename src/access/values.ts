/** Schemas of the single values in `bridge.yaml`. Refusals carry their remedy in `params.remedy`. */
import { z } from 'zod'
import { describe } from './reading.ts'

/** Text with something in it; surrounding white space does not count. */
export const text: z.ZodType<string> = z
  .string()
  .trim()
  .refine(value => value !== '', {
    error: 'is empty',
    params: { remedy: 'write something, or leave it out' },
  })

/** As `text`, with the white space: places within it are to be told. */
export const wholeText: z.ZodType<string> = z.string().refine(value => value.trim() !== '', {
  error: 'is empty',
  params: { remedy: 'write something, or leave it out' },
})

export const mode = z.enum(['observe', 'upsert', 'sync'])

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * `30s`, `5m`, `2h`, `7d` as milliseconds, within limits that are given in the same way. `other`: a word that may stand in
 * its place, for the remedy.
 */
export function duration(least: string, most: string, other?: string): z.ZodType<number> {
  return z.unknown().transform((value, context) => {
    const ms = typeof value === 'string' ? milliseconds(value) : undefined
    if (ms !== undefined && ms >= limit(least) && ms <= limit(most)) return ms
    const message = ms === undefined ? `cannot be ${describe(value)}` : `must be from ${least} to ${most}`
    const usual = 'write a whole number and a unit (s, m, h or d), such as 30s, 5m, 2h or 7d'
    const remedy = other === undefined ? usual : `${usual}, or ${other}`
    context.addIssue({ code: 'custom', message, params: { remedy } })
    return z.NEVER
  })
}

export const percent: z.ZodType<number> = z.number().min(0).max(100)

export const count: z.ZodType<number> = z
  .number()
  .min(0)
  .refine(Number.isSafeInteger, { error: 'is no whole number', params: { remedy: 'write a whole number' } })

/** An address as Dynatrace takes it: something, one @, a domain. */
export const email: z.ZodType<string> = text.refine(value => /^[^\s@]+@[^\s@]+$/.test(value), {
  error: 'is no e-mail address',
  params: { remedy: 'write it like owner@acme.example' },
})

/** `abc12345`; not the address of the environment. */
export const environmentId: z.ZodType<string> = text.refine(value => /^[A-Za-z0-9-]+$/.test(value), {
  error: 'is no environment id',
  params: { remedy: 'write the id alone: abc12345 of https://abc12345.apps.dynatrace.com' },
})

/** Names of labels and policy parameters. */
export const isPlainName = (name: string): boolean => /^[A-Za-z][\w.-]*$/.test(name)

function milliseconds(value: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(value.trim()) ?? []
  if (digits === undefined || unit === undefined) return undefined
  return Number(digits) * (units[unit] ?? Number.NaN)
}

function limit(value: string): number {
  return milliseconds(value) ?? Number.NaN
}
