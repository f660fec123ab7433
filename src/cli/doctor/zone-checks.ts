/** Whether environments have the management zones that roles in `bridge.yaml` are limited to. */
import type { AccessModel, LevelSelector } from '../../access/model.ts'
import { environmentsOf } from '../../access/select.ts'
import { type Check, fault, ok, unseen, warning } from '../../dynatrace/probe/check.ts'
import { type Catalogue, findZone, ZONES } from '../../reconcile/catalogue.ts'
import { isTemplate, patternOf } from './template-text.ts'

interface Mention {
  readonly zone: string
  readonly rule: string
  readonly environments: AccessModel['environments']
}

export const namesZones = (model: Pick<AccessModel, 'rules'>): boolean =>
  model.rules.some(rule => rule.groups.some(group => group.permissions.some(each => each.zones.length > 0)))

/** One for each name and environment; nothing of environments that are not there, which is told by itself. */
export function zoneChecks(model: AccessModel, catalogue: Catalogue): readonly Check[] {
  return [...Map.groupBy(mentionsIn(model), ({ zone }) => zone)].flatMap(([zone, these]) => {
    const rules = [...new Set(these.map(({ rule }) => `"${rule}"`))].join(', ')
    const environments = new Set(these.flatMap(each => each.environments))
    return [...environments]
      .filter(({ id }) => catalogue.environments.get(id)?.active === true)
      .map(({ id, name }) => checkZone({ zone, rules, id, name }, catalogue))
  })
}

function checkZone(
  { zone, rules, id, name }: Record<'zone' | 'rules' | 'id' | 'name', string>,
  catalogue: Catalogue,
): Check {
  const key = `name.management-zone.${id}.${zone}`
  const which = `management zone "${zone}" of environment ${name} (${id})`
  if (catalogue.unread.has(ZONES)) return unseen(key, which, 'management zones could not be read')
  if (isTemplate(zone)) {
    const here = (catalogue.zones ?? []).filter(({ environment }) => environment.id === id)
    const fits = here.filter(each => patternOf(zone).test(each.name)).length
    if (fits > 0) return ok(key, `${which}: ${fits} there`)
    const says = `Environment ${name} (${id}) has no management zone that is called like "${zone}", named by rules ${rules}.`
    return warning(key, says, 'Create it in Dynatrace, or correct its name in bridge.yaml.')
  }
  const found = findZone(catalogue, zone, id)
  if (found.kind === 'found') return ok(key, which)
  if (found.kind === 'ambiguous') {
    const says = `Environment ${name} (${id}) has ${found.count} management zones "${zone}", named by rules ${rules}: no role is granted there.`
    return fault(key, says, 'Rename all but one of them in Dynatrace.')
  }
  const says = `Environment ${name} (${id}) has no management zone "${zone}", named by rules ${rules}: no role is granted there.`
  return fault(key, says, 'Create it in Dynatrace, or correct its name in bridge.yaml.')
}

const mentionsIn = (model: AccessModel): readonly Mention[] =>
  model.rules.flatMap(rule =>
    rule.groups
      .flatMap(group => group.permissions)
      .flatMap(({ zones, level }) =>
        zones.map(zone => ({ zone, rule: rule.name, environments: meant(level, model) })),
      ),
  )

/** Labels with captured values can come to any environment. */
function meant(level: LevelSelector, { environments }: AccessModel): AccessModel['environments'] {
  const isOpen = level.kind === 'labels' && Object.values(level.labels).some(isTemplate)
  return isOpen ? environments : environmentsOf(level, environments)
}
