/** How the texts of an attribute compare (RFC 7643 §2.2 and §2.3.5), by path. */
import { findAttribute, type ResourceType } from './schema/attribute.ts'
import { attributeAt } from './schema/attribute-at.ts'

/** True: letter by letter. False: whatever the letter case. Or as instants, whatever the time zone. */
export type CaseExact = boolean | 'instant'

/**
 * The answer for every path of a resource type, as `evaluateFilter` asks it: in any letter case, with or
 * without URN, with sub-attributes. A complex attribute answers for its `value`; an unknown one is not exact.
 */
export function caseExactIn(type: ResourceType): (path: string) => CaseExact {
  return path => {
    const found = attributeAt(path, type)
    const compared = found?.subAttributes === undefined ? found : findAttribute(found.subAttributes, 'value')
    return compared?.type === 'dateTime' ? 'instant' : (compared?.caseExact ?? false)
  }
}
