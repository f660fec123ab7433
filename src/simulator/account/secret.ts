/** Tokens in the vendor's format: a prefix, 24 public characters and 64 secret ones. Only a digest is kept. */
import { randomBytes } from 'node:crypto'
import { sha256 } from '../../lib/digest.ts'

export interface Secret {
  /** The prefix and the public part: what lists show. */
  readonly id: string
  /** The whole token: what a caller sends, told once. */
  readonly token: string
  /** What the account keeps of it. */
  readonly digest: string
}

/** A new token of a kind, e.g. `dt0c01` for API tokens and `dt0s16` for platform tokens. */
export const newSecret = (prefix: string): Secret => secret(prefix, letters(24), letters(64))

/** The same token in every run, recognisably not a real one. `label` must be capitals and digits. */
export const fixedSecret = (prefix: string, label: string): Secret =>
  secret(prefix, label.padEnd(24, '0'), `NOT0A0REAL0SECRET0${label}`.padEnd(64, '0'))

/** The digest by which a sent token is found. */
export const digestOf = (token: string): string => sha256(token)

function secret(prefix: string, publicPart: string, secretPart: string): Secret {
  const id = `${prefix}.${publicPart}`
  const token = `${id}.${secretPart}`
  return { id, token, digest: digestOf(token) }
}

/** Capitals and digits that cannot be taken for one another, as the vendor's tokens have them. */
function letters(count: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return [...randomBytes(count)].map(byte => alphabet[byte % alphabet.length]).join('')
}
