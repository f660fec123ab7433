/** Text as HTML. */

/** Markup that is safe to be put into other markup. */
export interface Html {
  readonly html: string
}

/** Values that are texts are escaped; lists are put one after another; undefined is nothing. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[] | undefined)[]
): Html {
  return { html: parts.map((part, index) => part + markup(values[index])).join('') }
}

function markup(value: string | Html | readonly Html[] | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return escaped(value)
  return 'html' in value ? value.html : value.map(one => one.html).join('')
}

/** Prose in which names stand between backticks. */
export const prose = (text: string): Html => ({
  html: escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>'),
})

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
