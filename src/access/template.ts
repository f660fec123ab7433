/** Text with `{variable}` in it: taken apart, checked and filled in. */

export type TemplateSegment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  /** A brace that opens or closes nothing; `text` is what stands there. */
  | { readonly kind: 'stray'; readonly text: string }

export type Variables = Readonly<Record<string, string>>

/** Takes a template apart. Never fails: what is no variable comes back as `stray`. */
export function readTemplate(template: string): readonly TemplateSegment[] {
  const segments: TemplateSegment[] = []
  let at = 0
  while (at < template.length) {
    const brace = nextBrace(template, at)
    if (brace > at) segments.push({ kind: 'text', text: template.slice(at, brace) })
    if (brace === template.length) break
    const end = template.indexOf('}', brace)
    const name = template[brace] === '{' && end > 0 ? template.slice(brace + 1, end) : ''
    if (isVariableName(name)) {
      segments.push({ kind: 'variable', name })
      at = end + 1
    } else {
      segments.push({ kind: 'stray', text: template.slice(brace, name === '' ? brace + 1 : end + 1) })
      at = name === '' ? brace + 1 : end + 1
    }
  }
  return segments
}

/** A function that fills the template in. Unknown variables and stray braces stay as they are written. */
export function compileTemplate(template: string): (variables: Variables) => string {
  const segments = readTemplate(template)
  if (segments.every(segment => segment.kind !== 'variable')) return () => template
  return variables => {
    let text = ''
    for (const segment of segments) {
      if (segment.kind !== 'variable') text += segment.text
      else text += Object.hasOwn(variables, segment.name) ? variables[segment.name] : `{${segment.name}}`
    }
    return text
  }
}

/** Letters, digits, `_` and `-`, beginning with a letter. */
export const isVariableName = (text: string): boolean => /^[A-Za-z][\w-]*$/.test(text)

function nextBrace(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{' || text[at] === '}') return at
  }
  return text.length
}
