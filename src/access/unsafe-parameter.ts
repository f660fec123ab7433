/**
 * Captured values in the parameters of bindings. Dynatrace puts them into quoted values of policies that may not be
 * known here, so whatever could end such a value, widen it or refer to something else is refused.
 */
import { variablesIn } from './definition-text.ts'
import type { BindingTemplate } from './model.ts'
import { compileTemplate, type Variables } from './template.ts'

/** A function that gives the name of a parameter which the values would make unsafe, if there is one. */
export function compileUnsafe(
  bindings: readonly Pick<BindingTemplate, 'parameters'>[],
): (variables: Variables) => string | undefined {
  const filled = bindings
    .flatMap(({ parameters }) => Object.entries(parameters))
    .map(([name, template]) => ({ name, variables: variablesIn(template), fill: compileTemplate(template) }))
    .filter(({ variables }) => variables.length > 0)
  return values =>
    filled.find(
      ({ variables, fill }) =>
        variables.some(name => isMissing(values[name]) || isUnsafe(values[name] ?? '')) ||
        fill(values).includes('${'),
    )?.name
}

/** An `externalId` that a group does not have: every value begins with nothing. */
const isMissing = (value: string | undefined): boolean => value === undefined || value === ''

/** Whether it could say more than itself within a quoted value. */
export const isUnsafe = (value: string): boolean => unsafe.test(value)

const unsafe = /["'*\\\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u
