/** Paths of the account API, every value in them encoded as exactly one segment. */
import { BridgeError } from '../lib/errors.ts'
import type { Level } from './dynatrace.ts'

/**
 * Template tag: `` path`/iam/v1/accounts/${account}/users/${email}` ``.
 *
 * A value that is empty or a dot segment is refused: with an empty group id, removing one binding would
 * become removing the policy from every group.
 */
export function path(texts: TemplateStringsArray, ...values: readonly string[]): string {
  return texts.reduce((built, text, index) => `${built}${segment(values[index - 1] ?? '')}${text}`)
}

function segment(value: string): string {
  if (value === '' || value === '.' || value === '..') {
    throw new BridgeError(
      'dynatrace-bad-id',
      `"${value}" cannot be part of a Dynatrace address: an id or e-mail address is missing.`,
    )
  }
  return encodeURIComponent(value)
}

/** The two segments that address a level. */
export function levelSegments(level: Level, accountId: string): readonly [type: string, id: string] {
  return level.kind === 'environment'
    ? [level.kind, level.id]
    : [level.kind, level.kind === 'global' ? 'global' : accountId]
}
