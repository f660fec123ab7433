/** The types of captures, `{number:digits}`: which characters they take. Letters and digits are those of any script. */
import type { CaptureType } from './model.ts'

const characters = {
  digits: /^\p{Nd}+$/u,
  letters: /^[\p{L}\p{M}]+$/u,
  word: /^[\p{L}\p{M}\p{Nd}_]+$/u,
  slug: /^[\p{L}\p{M}\p{Nd}-]+$/u,
} as const satisfies Record<Exclude<CaptureType, 'uuid'>, RegExp>

const captureTypes: readonly CaptureType[] = ['digits', 'letters', 'word', 'slug', 'uuid']

export const isCaptureType = (text: string): text is CaptureType => captureTypes.some(type => type === text)

/** How many characters a UUID has (RFC 9562 §4). */
export const uuidLength = 36

/** Whether this text is a UUID in the form of RFC 9562, whatever its letter case. */
export const isUuid = (text: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)

/** Whether all characters of a text, in whatever case or composition, are of the type. */
export const isOfType = (text: string, type: Exclude<CaptureType, 'uuid'>): boolean =>
  characters[type].test(text)
