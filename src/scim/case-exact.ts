/** Whether an attribute compares with its letter case (RFC 7643 §2.2), by path. */
import { findAttribute, type ResourceType } from './schema/attribute.ts'
import { attributeAt } from './schema/attribute-at.ts'

/**
 * The answer for every path of a resource type, as `evaluateFilter` asks it: in any letter case, with or
 * without URN, with sub-attributes. A complex attribute answers for its `value`; an unknown one is not exact.
 */
export function caseExactIn(type: ResourceType): (path: string) => boolean {
  return path => {
    const found = attributeAt(path, type)
    const compared = found?.subAttributes === undefined ? found : findAttribute(found.subAttributes, 'value')
    return compared?.caseExact ?? false
  }
}
