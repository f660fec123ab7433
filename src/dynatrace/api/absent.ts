/**
 * Members of an answer that may be missing, null or empty, which all mean the same to Dynatrace: its
 * published lists of required members cannot be relied on.
 */
import { z } from 'zod'

export const textOrEmpty = z
  .string()
  .nullish()
  .transform(text => text ?? '')

export const textsOrEmpty = z
  .array(z.string())
  .nullish()
  .transform(texts => texts ?? [])

export const mapOrEmpty = z
  .record(z.string(), z.string())
  .nullish()
  .transform(map => map ?? {})
