/** The `bindings` of a rule, of a group or of the defaults. */
import { foldKey } from '../lib/fold.ts'
import type { Path } from './locate.ts'
import type { BindingTemplate } from './model.ts'
import { readAccept } from './read-accept.ts'
import { readLabels } from './read-environments.ts'
import { type GrantContext, levelRule, readGranted, readLevelOf, reportTwice } from './read-granted.ts'
import { readTemplateText } from './read-template.ts'
import { readUntil } from './read-until.ts'
import { allRead, type Reading, readList, readMapping } from './reading.ts'
import { bindingShape } from './schema/rule.ts'
import type { Written } from './written.ts'

export function readBindings(
  value: unknown,
  path: Path,
  context: GrantContext,
  reading: Reading,
): readonly Written<BindingTemplate>[] | undefined {
  return readGranted(value, path, (item, inner) => readBinding(item, inner, context, reading), reading)
}

/** Two bindings of these cannot both be had, whatever else they say. */
export const bindingIdentity = ({ policy, level, parameters }: BindingTemplate) => ({
  policy: foldKey(policy),
  level,
  parameters,
})

/** Gives those that are not there before. */
export const reportBindingsTwice = (bindings: readonly Written<BindingTemplate>[]) =>
  reportTwice(bindings, bindingIdentity, 'the same policy, level and parameters')

function readBinding(
  value: unknown,
  path: Path,
  context: GrantContext,
  reading: Reading,
): BindingTemplate | undefined {
  const given = readMapping(value, path, { ...bindingShape.keys, level: levelRule(context) }, reading)
  if (given === undefined) return undefined
  const { scope } = context
  const policy =
    given.policy === undefined
      ? undefined
      : readTemplateText(given.policy, [...path, 'policy'], scope, reading)
  const level = readLevelOf(given, path, context, reading)
  const parameters =
    given.parameters === undefined
      ? {}
      : readLabels(given.parameters, [...path, 'parameters'], scope, reading)
  const boundaries =
    given.boundaries === undefined
      ? []
      : readNames(given.boundaries, [...path, 'boundaries'], context, reading)
  const until = readUntil(given, path, context.today, reading)
  const accepts = readAccept(given.accept, [...path, 'accept'], reading)
  if (policy === undefined || level === undefined) return undefined
  if (parameters === undefined || boundaries === undefined) return undefined
  return { policy, level, parameters, boundaries, until, accepts }
}

function readNames(
  value: unknown,
  path: Path,
  { scope }: GrantContext,
  reading: Reading,
): readonly string[] | undefined {
  const items = readList(value, path, reading)
  return allRead(items?.map((item, index) => readTemplateText(item, [...path, index], scope, reading)))
}
