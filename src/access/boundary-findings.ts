/** Why a boundary that rules ask for is not made, in words. */
import type { Finding } from '../lib/finding.ts'
import { foldKey } from '../lib/fold.ts'
import { listNames } from './rule-findings.ts'

/** One query that is asked for under a name, in one spelling. */
export interface Asked {
  readonly name: string
  /** Undefined: the values cannot be written. */
  readonly query: string | undefined
  readonly by: Set<string>
}

/** Values that cannot be written. */
export function unsafe(all: readonly Asked[]): Finding {
  const name = all[0]?.name ?? ''
  return {
    kind: 'unsafe-value',
    severity: 'error',
    subject: `boundary ${name}`,
    message:
      `The name of ${groupNames(all)} holds characters that would change what the boundary ${JSON.stringify(name)}` +
      ' says; it is not made, and what needs it is not granted.',
    remedy:
      'Rename the group in the identity provider: without quotes, backslashes, braces and wild cards; where {externalId}' +
      ' is used, let it send one.',
  }
}

/** Dynatrace may or may not keep white space at the ends of names, so nobody would find it again. */
export function untidy({ name }: Asked, all: readonly Asked[]): Finding {
  return {
    kind: 'unsafe-value',
    severity: 'error',
    subject: `boundary ${name}`,
    message: `The name of ${groupNames(all)} makes a boundary whose name ends in white space; it is not made.`,
    remedy: 'Rename the group in the identity provider, or change the name of the boundary in bridge.yaml.',
  }
}

/** Names are found without letter case, and what a query compares is not: so case alone is a conflict too. */
export function conflicting(first: Asked, all: readonly Asked[]): Finding {
  const other = all.find(({ query }) => query !== first.query) ?? first
  const wanted = ({ name, query, by }: Asked): string =>
    `${JSON.stringify(name)} with ${JSON.stringify(query)}${by.size === 0 ? '' : ` for ${groupNames([{ by }])}`}`
  return {
    kind: 'conflicting-boundaries',
    severity: 'error',
    subject: `boundary ${first.name}`,
    message:
      `One boundary would have different queries: ${wanted(first)}, and ${wanted(other)}.` +
      ' It is neither made nor changed, and what needs it is left as it is until they agree.',
    remedy:
      foldKey(first.name) === foldKey(other.name) && first.name !== other.name
        ? 'Spell the groups alike in the identity provider: letter case alone makes no other boundary.'
        : 'Change the names of the boundaries in bridge.yaml so that different queries have different names.',
  }
}

function groupNames(all: readonly Pick<Asked, 'by'>[]): string {
  const names = [...new Set(all.flatMap(({ by }) => [...by]))].sort()
  return `the IdP ${names.length > 1 ? 'groups' : 'group'} ${listNames(names.map(name => JSON.stringify(name)))}`
}
