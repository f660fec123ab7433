/** Schemas of the settings. Messages follow the name of the variable and never repeat the value. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { domainKey } from '../lib/mail-domain.ts'

export const text = z.string().min(1, 'is empty')

export const host = z
  .string()
  .refine(value => isIP(value) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value), {
    error: 'is no address to listen on: write an IP address or host name alone, such as 0.0.0.0',
  })

export const port = z
  .string()
  .refine(value => /^\d{1,5}$/.test(value) && Number(value) <= 65_535, {
    error: 'is no port: write a number from 0 to 65535',
  })
  .transform(Number)

export const databaseUrl = z.string().refine(isPostgresUrl, {
  error:
    'is no PostgreSQL address: write postgres://user:password@host:5432/database, or unset it to use SQLite',
})

export const token = z
  .string()
  .min(16, 'is too short: use at least 16 characters, for example the output of openssl rand -hex 32')
  .regex(/^[\x21-\x7e]+$/, 'holds spaces or characters that cannot be sent in a header')

export const secret = z.string().regex(/^[\x21-\x7e]+$/, 'holds spaces or characters that cannot be right')

/** Some tools keep the account as `urn:dtaccount:<uuid>`. */
export const accountUuid = z
  .string()
  .transform(value => value.replace(/^urn:dtaccount:/, '').toLowerCase())
  .refine(value => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value), {
    error: 'is no account UUID: take it from the address bar of Account Management',
  })

export const baseUrl = z
  .string()
  .refine(isBaseUrl, {
    error: 'is no base URL: write it like https://api.dynatrace.com, without user, query or fragment',
  })
  .transform(value => value.replace(/\/+$/, ''))

/** A base URL with `{id}` in its host or path. */
export const environmentUrl = z
  .string()
  .refine(value => value.includes('{id}') && isBaseUrl(value.replaceAll('{id}', 'abc12345')), {
    error:
      'is no base URL of an environment: write it like https://{id}.apps.dynatrace.com, with {id} where the id of the environment goes',
  })
  .transform(value => value.replace(/\/+$/, ''))

/** Domains separated by commas or white space, as `domainKey` writes them; `*.` in front means subdomains. */
export const emailDomains = z
  .string()
  .transform(value => value.split(/[\s,]+/).filter(part => part !== ''))
  .transform(parts =>
    parts.map(part => ({ star: part.startsWith('*.'), key: domainKey(part.replace(/^\*\./, '')) })),
  )
  .refine(parts => parts.length > 0 && parts.every(({ key }) => key !== undefined), {
    error:
      'holds what is no domain: write domains separated by commas, such as acme.example or *.acme.example, without @',
  })
  .transform(parts => [...new Set(parts.map(({ star, key = '' }) => `${star ? '*.' : ''}${key}`))])

export const truth = z
  .string()
  .transform(value => value.toLowerCase())
  .pipe(z.enum(['true', 'false'], { error: 'is neither true nor false: write one of them' }))
  .transform(value => value === 'true')

export const staleDeactivationSeconds = z
  .string()
  .refine(value => /^\d{1,4}$/.test(value) && Number(value) <= 3600, {
    error: 'is no such time: write a number of seconds from 0 (off) to 3600',
  })
  .transform(Number)

export const keepRunsDays = z
  .string()
  .refine(value => /^\d{1,4}$/.test(value) && Number(value) >= 1 && Number(value) <= 3650, {
    error: 'is no such time: write a number of days from 1 to 3650',
  })
  .transform(Number)

export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  error: 'is no log level: write trace, debug, info, warn, error, fatal or silent',
})

export type LogLevel = z.infer<typeof logLevel>

function isPostgresUrl(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && ['postgres:', 'postgresql:'].includes(url.protocol)
}

function isBaseUrl(value: string): boolean {
  const url = URL.parse(value)
  if (url === null || !['https:', 'http:'].includes(url.protocol)) return false
  return url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}
