/** The simple values of `bridge.yaml` in the words of JSON Schema. */
import { z } from 'zod'
import { described } from './shape.ts'

/** Text with something in it. */
export const words = z.string().regex(/\S/)

export const listOfWords = z.array(words)

export const duration = described(z.string().regex(/^\s*\d{1,9}[smhd]\s*$/), {
  id: 'duration',
  description: 'A whole number and a unit: s, m, h or d.',
  examples: ['30s', '5m', '2h', '7d'],
})

export const percent = z.number().min(0).max(100)

export const count = z.number().min(0).multipleOf(1)

export const email = z.string().regex(/^\s*[^\s@]+@[^\s@]+\s*$/)

export const day = z.string().regex(/^\s*\d{4}-\d{2}-\d{2}\s*$/)

/** Names of labels and policy parameters. */
const plainName = z.string().regex(/^[A-Za-z][\w.-]*$/)

/** `name: text` pairs. */
export const pairs = z.record(plainName, words)

/** Labels that are looked for: a list takes any of its values. */
export const wantedLabels = z.record(plainName, z.union([words, z.array(words).min(1)]))

export const mode = z.enum(['observe', 'upsert', 'sync'])
