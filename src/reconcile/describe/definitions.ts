/** Why policies and boundaries of ours come, change and go. */
import { plainText, sameQuery, sameStatement } from '../definition-text.ts'
import { lineChanges } from '../line-changes.ts'
import type { StepAction } from '../step.ts'
import type { Vocabulary } from './vocabulary.ts'

type DefinitionAction = Extract<
  StepAction,
  { readonly kind: `${'create' | 'update' | 'delete'}-${'policy' | 'boundary'}` }
>

/** Changes of the text are told line by line, as far as they are few. */
const LINES_SHOWN = 20
const GROUPS_SHOWN = 3

/** In whole sentences; how a text changes comes on lines of its own. */
export function definitionReason(action: DefinitionAction, words: Vocabulary): string {
  switch (action.kind) {
    case 'create-policy':
      return creation(action.policy.id, 'It is defined in bridge.yaml', words)
    case 'create-boundary':
      return creation(
        action.boundary.id,
        `It is defined in bridge.yaml${askers(action.boundary.name, words)}`,
        words,
      )
    case 'update-policy': {
      const { from, to } = action
      const described = plainText(from.description) === plainText(to.description) ? [] : ['its description']
      return difference(from.name, to.name, described, {
        texts: [from.statement, to.statement],
        isSame: sameStatement,
      })
    }
    case 'update-boundary':
      return difference(action.from.name, action.to.name, [], {
        texts: [action.from.query, action.to.query],
        isSame: sameQuery,
      })
    case 'delete-policy':
    case 'delete-boundary':
      return 'bridge.yaml does not define it any more, and nothing needs it.'
  }
}

const creation = (id: string, why: string, { wasMade }: Vocabulary): string =>
  wasMade(id) ? `${why}; it was there, and somebody deleted it.` : `${why}.`

function askers(name: string, { askedForBy }: Vocabulary): string {
  const groups = askedForBy(name)
  if (groups.length === 0) return ''
  const shown = groups.slice(0, GROUPS_SHOWN).map(group => `"${group}"`)
  const more = groups.length > shown.length ? ` and ${groups.length - shown.length} more` : ''
  return `, for IdP ${groups.length === 1 ? 'group' : 'groups'} ${shown.join(', ')}${more}`
}

function difference(
  oldName: string,
  newName: string,
  others: readonly string[],
  {
    texts: [from, to],
    isSame,
  }: {
    readonly texts: readonly [string, string]
    readonly isSame: (one: string, other: string) => boolean
  },
): string {
  const isSaidAnew = !isSame(from, to)
  const what = [
    ...(oldName === newName ? [] : [`its name ("${oldName}")`]),
    ...others,
    ...(isSaidAnew ? ['its text'] : []),
  ]
  const why = `In the account ${what.join(' and ')} ${what.length === 1 ? 'is' : 'are'} not as in bridge.yaml: edited by hand, or defined anew.`
  const changes = isSaidAnew ? lineChanges(from, to) : []
  const shown = changes.slice(0, LINES_SHOWN).map(({ sign, line }) => `${sign} ${line}`)
  const more = changes.length - shown.length
  return [why, ...shown, ...(more > 0 ? [`(and ${more} more lines)`] : [])].join('\n')
}
