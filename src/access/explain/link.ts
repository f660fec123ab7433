/** A way from a person to a permission, link by link. */

export type LinkKind =
  | 'user'
  | 'idp-group'
  | 'rule'
  | 'account-user'
  | 'dynatrace-group'
  | 'binding'
  | 'boundary'
  | 'statement'
  | 'environment'

export interface Link {
  readonly kind: LinkKind
  /** What it is: the name of the group, the text of the statement, and so on. */
  readonly name: string
  /** `unknown`: could not be looked at; the way may lead on or not. */
  readonly state: 'ok' | 'broken' | 'unknown'
  /** One sentence; always there unless the state is `ok`. */
  readonly why?: string | undefined
  /** What to do about it. */
  readonly remedy?: string | undefined
}

/** From the person to the environment, in this order. */
export interface Way {
  readonly links: readonly Link[]
}

export const ok = (kind: LinkKind, name: string, why?: string): Link =>
  why === undefined ? { kind, name, state: 'ok' } : { kind, name, state: 'ok', why }

export const broken = (kind: LinkKind, name: string, why: string, remedy: string): Link => ({
  kind,
  name,
  state: 'broken',
  why,
  remedy,
})

export const unknown = (kind: LinkKind, name: string, why: string): Link => ({
  kind,
  name,
  state: 'unknown',
  why,
})

/** Where the way ends; undefined when nothing on it is broken. */
export const firstBroken = ({ links }: Way): Link | undefined => links.find(({ state }) => state === 'broken')

export const countOf = ({ links }: Way, state: Link['state']): number =>
  links.filter(link => link.state === state).length
