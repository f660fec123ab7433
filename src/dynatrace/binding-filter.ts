/**
 * Telling bindings of one policy and one group apart. They have no id: a call names one by parameters and metadata
 * in a query filter, and such a filter matches every binding that has them, whatever else it has.
 */

export interface Distinct {
  readonly parameters: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
}

/** Whether a filter with everything of `wanted` matches `held`. */
export const isMatch = (wanted: Distinct, held: Distinct): boolean =>
  holds(held.parameters, wanted.parameters) && holds(held.metadata, wanted.metadata)

/** The same parameters and metadata, so that no filter tells them apart. */
export const isSame = (a: Distinct, b: Distinct): boolean => isMatch(a, b) && isMatch(b, a)

/**
 * Those of the pair that a filter for this binding matches besides the binding itself: none when it can be addressed.
 * `pair`: all bindings of its level, policy and group, itself included. The same one twice shadows itself.
 */
export function shadowing<B extends Distinct>(binding: Distinct, pair: readonly B[]): readonly B[] {
  const itself = pair.find(each => isSame(each, binding))
  return pair.filter(each => each !== itself && isMatch(binding, each))
}

/** Empty for a binding without parameters and metadata, which no filter names. */
export const filterOf = ({ parameters, metadata }: Distinct): readonly (readonly [string, string])[] => [
  ...Object.entries(parameters).map(([name, value]) => [`parameters[${name}]`, value] as const),
  ...Object.entries(metadata).map(([name, value]) => [`metadata[${name}]`, value] as const),
]

/** For people, e.g. `team=a, metadata by=b`. */
export function distinctText({ parameters, metadata }: Distinct): string {
  const entries = [
    ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`),
    ...Object.entries(metadata).map(([name, value]) => `metadata ${name}=${value}`),
  ]
  return entries.length === 0 ? 'no parameters and no metadata' : entries.join(', ')
}

function holds(held: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(held, name) && held[name] === value)
}
