/** Which texts of an account a `bridge.yaml` can repeat: it trims what it reads, and takes braces for variables. */

/** Undefined when it can be said, else why not; goes on after `the name "…"`. */
export function textObstacle(text: string): string | undefined {
  if (text.trim() === '') return 'is empty'
  if (text !== text.trim()) return 'begins or ends with white space'
  if (/[{}]/.test(text)) return 'holds braces, which bridge.yaml takes for variables'
  return undefined
}

/** Dynatrace makes no difference between a description with white space around it and one without. */
export function descriptionObstacle(description: string): string | undefined {
  return description.trim() === '' ? undefined : textObstacle(description.trim())
}

export const quoted = (text: string): string => `"${text}"`
