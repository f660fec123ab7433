/** What a pass looks at: everything, or the keys that changed and what hangs on them. */
export type Scope =
  | { readonly kind: 'full' }
  | {
      readonly kind: 'keys'
      /** Folded e-mails of people. */
      readonly emails: ReadonlySet<string>
      /** Folded names of Dynatrace groups. */
      readonly groups: ReadonlySet<string>
    }

export const holdsGroup = (scope: Scope, nameKey: string): boolean =>
  scope.kind === 'full' || scope.groups.has(nameKey)
