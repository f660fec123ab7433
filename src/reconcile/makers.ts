/** Which rules may have made a group of which nobody asks for anything any more, by what it is called. Pure. */
import { foldName } from '../access/folded-name.ts'
import { capturesOf } from '../access/match-captures.ts'
import type { Rule } from '../access/model.ts'
import { compileName } from '../access/name-template.ts'

/** Names of rules that give their groups such names, in the order of the file. */
export type MakersOf = (groupName: string) => readonly string[]

/** Errs on the side of too many: what a variable can hold is known of choices and literal names alone. */
export function makersOf(rules: readonly Pick<Rule, 'name' | 'match' | 'groups'>[]): MakersOf {
  const makers = rules.map(({ name, match, groups }) => {
    const captures = capturesOf(match)
    const templates = groups.flatMap(group => spellings(group.name)).map(text => compileName(text, captures))
    return { rule: name, templates }
  })
  return groupName => {
    const name = foldName(groupName.trim())
    return makers
      .filter(({ templates }) => templates.some(({ takes }) => takes(name)))
      .map(({ rule }) => rule)
  }
}

/** An IdP group may be without an `externalId`, and names have no white space around them. */
function spellings(template: string): readonly string[] {
  const without = template.replaceAll('{externalId}', '')
  return [...new Set([template.trim(), without.trim()])]
}
