/** The boundary and the statement: whether what the policy says reaches what is asked about. */
import { effectiveStatements } from '../../policy/effective.ts'
import { type Attributes, holds } from '../../policy/holds.ts'
import { printCondition, printStatement } from '../../policy/print.ts'
import type { Condition, Statement } from '../../policy/statement.ts'
import type { DesiredLevel } from '../desired-group.ts'
import { extentOf } from '../evaluate/extent.ts'
import type { Texts } from '../evaluate/texts.ts'
import { broken, type Link, ok, unknown } from './link.ts'
import type { PossibleBinding } from './possible.ts'
import type { ExplainFacts, Question } from './question.ts'

type Filled = PossibleBinding['filled']

/** In the order of the way; undefined when the policy has nothing to do with the permission. */
export function reachLinks(
  filled: Filled,
  level: DesiredLevel,
  question: Question,
  facts: ExplainFacts,
): readonly Link[] | undefined {
  const { permission, where } = question
  const { policy, parameters, boundaries: names } = filled
  const said = statementsOf(policy, level, facts)
  const limits = names.map(name => facts.view.texts.conditions(name) ?? facts.possible.texts.conditions(name))
  const boundaryName = names.join(' + ')
  const unread = names.filter((_, at) => limits[at] === undefined)
  const boundaries = limits.filter(conditions => conditions !== undefined)
  if (said === undefined) {
    const why = `What policy "${policy}" says could not be read, so it may allow this or not.`
    return [...(names.length === 0 ? [] : [ok('boundary', boundaryName)]), unknown('statement', policy, why)]
  }
  const own = said.flatMap(statement =>
    statement.effect === 'ALLOW' && statement.permissions.includes(permission)
      ? [{ ...statement, permissions: [permission] }]
      : [],
  )
  if (own.length === 0) return undefined
  const bare = effectiveStatements({ statements: own, boundaries: [], parameters })
  const statement = statementLink(own, bare, { filled, where })
  if (names.length === 0) return [statement]
  if (unread.length > 0) {
    const why = `What boundary "${unread.join('", "')}" says is not known, so it may let this through or not.`
    return [unknown('boundary', boundaryName, why), statement]
  }
  const whole = effectiveStatements({ statements: own, boundaries, parameters })
  if (statement.state === 'broken' || extentOf(whole, where).kind !== 'never')
    return [ok('boundary', boundaryName), statement]
  const excluding = failing(
    whole.flatMap(({ conditions }) => conditions),
    where,
  )
  const why =
    excluding.length === 0
      ? `Boundary "${boundaryName}" and the policy ask for what cannot be at once.`
      : `Boundary "${boundaryName}" lets through only ${excluding.map(printCondition).join(' or ')}; asked for is ${askedText(excluding, where)}.`
  return [
    broken(
      'boundary',
      boundaryName,
      why,
      'Use the IdP group whose boundary takes it, or change the boundary in bridge.yaml.',
    ),
    statement,
  ]
}

function statementsOf(
  policy: string,
  level: DesiredLevel,
  { view, possible }: ExplainFacts,
): readonly Statement[] | undefined {
  const known = (texts: Texts) => texts.statements(policy, level)
  return known(view.texts) ?? known(possible.texts)
}

function statementLink(
  own: readonly Statement[],
  bare: readonly Parameters<typeof extentOf>[0][number][],
  { filled, where }: { readonly filled: Filled; readonly where: Attributes },
): Link {
  const name = own.map(printStatement).join(' ')
  const missing = bare.flatMap(({ conditions }) =>
    conditions.flatMap(({ values }) => values.flatMap(unfilled)),
  )
  if (missing.length > 0 && missing.length >= bare.length) {
    const names = [...new Set(missing)].join(', ')
    return broken(
      'statement',
      name,
      `The binding gives no value for the parameter ${names}, so the statement of policy "${filled.policy}" takes nothing.`,
      `Give the value in "parameters" of the binding in bridge.yaml.`,
    )
  }
  if (extentOf(bare, where).kind !== 'never') return ok('statement', name)
  const excluding = failing(
    bare.flatMap(({ conditions }) => conditions),
    where,
  )
  const values = Object.entries(filled.parameters).map(([key, value]) => `${key}=${value}`)
  const given = values.length === 0 ? '' : ` (parameters ${values.join(', ')})`
  return broken(
    'statement',
    name,
    `Policy "${filled.policy}"${given} allows it only where ${excluding.map(printCondition).join(' or ')}; asked for is ${askedText(excluding, where)}.`,
    'Use the IdP group whose parameters fit, or change the policy or the parameters in bridge.yaml.',
  )
}

const unfilled = (value: string): readonly string[] =>
  [...value.matchAll(/\$\{bindParam:([^{}]+)\}/g)].map(([, name]) => name ?? '')

/** Conditions that what is asked for does not satisfy, each once. */
function failing(conditions: readonly Condition[], where: Attributes): readonly Condition[] {
  const failed = conditions.filter(
    condition => Object.hasOwn(where, condition.name) && !holds(condition, where),
  )
  return [...new Map(failed.map(condition => [printCondition(condition), condition])).values()]
}

const askedText = (conditions: readonly Condition[], where: Attributes): string =>
  [...new Set(conditions.map(({ name }) => name))]
    .map(name => `${name} = ${JSON.stringify(where[name])}`)
    .join(', ')
