/** Which environments a label selector takes. */
import { foldKey } from '../lib/fold.ts'
import type { Environment } from './model.ts'

type Labels = Readonly<Record<string, string>>

/**
 * Environments that carry all these labels; an empty selector takes all. Values are compared without
 * letter case, as they often come from names of IdP groups.
 */
export function selectByLabels(environments: readonly Environment[], wanted: Labels): readonly Environment[] {
  const entries = Object.entries(wanted)
  return environments.filter(({ labels }) =>
    entries.every(([name, value]) => Object.hasOwn(labels, name) && sameText(labels[name], value)),
  )
}

function sameText(one: string | undefined, other: string): boolean {
  return one !== undefined && foldKey(one) === foldKey(other)
}
