/** Text within a string of Terraform: `${` and `%{` begin templates there, and are doubled to be meant literally. */

export const escapeTemplate = (text: string): string =>
  text.replaceAll(/([$%])\{/g, (_, sign: string) => `${sign}${sign}{`)

export const unescapeTemplate = (text: string): string =>
  text.replaceAll(/([$%])\1\{/g, (_, sign: string) => `${sign}{`)
