/** Names in `bridge.yaml` that stand for many: what fits `team {team}`. */
import { readTemplate } from '../../access/template.ts'

export const isTemplate = (text: string): boolean =>
  readTemplate(text).some(({ kind }) => kind === 'variable')

/** Any value will do for any variable. */
export function patternOf(template: string): RegExp {
  const parts = readTemplate(template).map(segment =>
    segment.kind === 'variable' ? '.+' : RegExp.escape(segment.text),
  )
  return new RegExp(`^${parts.join('')}$`, 'iu')
}
