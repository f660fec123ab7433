/** Changes of a group's members as deltas, so that nobody has to load the members to change some. */
import type { Filter } from './filter.ts'

export interface MemberReference {
  readonly id: string
  readonly kind: 'User' | 'Group'
}

/** Structurally what the directory takes; in order. */
export type MemberChange =
  | { readonly kind: 'add'; readonly members: readonly MemberReference[] }
  | { readonly kind: 'remove'; readonly ids: readonly string[] }
  | { readonly kind: 'remove-where'; readonly filter: Filter }
  | { readonly kind: 'remove-all' }
  | { readonly kind: 'replace'; readonly members: readonly MemberReference[] }
