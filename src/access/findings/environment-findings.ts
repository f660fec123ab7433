/** Environments in which nobody has anything. Pure. */
import type { Finding } from '../../lib/finding.ts'
import type { Environment } from '../model.ts'
import type { Sight } from './sight.ts'

export function environmentFindings(
  { views, ofGroup, bits }: Sight,
  environments: readonly Environment[],
): readonly Finding[] {
  // Before the first people come, nothing can be said.
  if (views.size === 0) return []
  const seen = [...views.values()].reduce((all, view) => all | view, 0n)
  const granted = [...ofGroup.values()].reduce((all, view) => all | view, 0n)
  const sees = ({ id }: Environment) => (seen & bits.environment(id)) !== 0n
  const everywhere = (seen & bits.everywhere) !== 0n
  // Rules that grant for the whole account alone mean it so, everywhere.
  const apart = environments.some(({ id }) => (granted & bits.environment(id)) !== 0n)
  return environments.flatMap(environment => {
    if (sees(environment)) return []
    if (!everywhere) return [nobody(environment)]
    return apart ? [byTheAccount(environment)] : []
  })
}

const nobody = ({ name, id }: Environment): Finding => ({
  kind: 'environment-without-anybody',
  severity: 'warning',
  subject: `environment ${name}`,
  message: `By the rules nobody has access in environment ${name} (${id}): no policy and no role counts there for anybody who is active.`,
  remedy:
    'Bind a policy there, give the environment the labels that rules select by, or put people in the IdP groups of those that do.',
})

const byTheAccount = ({ name, id }: Environment): Finding => ({
  kind: 'environment-without-anybody',
  severity: 'info',
  subject: `environment ${name}`,
  message: `In environment ${name} (${id}) people have access by policies of the whole account alone; nobody has one of its own there.`,
  remedy:
    'If something is missing, give the environment the labels that rules select by, or name it in a rule.',
})
