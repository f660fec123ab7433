/**
 * Names come from the identity provider and from Dynatrace, and a terminal obeys what is in them: control
 * characters could rewrite the lines of a plan that a person is about to approve. They are shown instead,
 * and so are the marks that turn the direction of text.
 */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    character => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  )
