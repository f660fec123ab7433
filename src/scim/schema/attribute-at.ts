/** Finds the attribute that a filter's path names. */
import { type Attribute, findAttribute, type ResourceType } from './attribute.ts'

/**
 * In any letter case, with or without the URN of its schema, down to the sub-attribute; undefined when no
 * schema knows it.
 */
export function attributeAt(path: string, type: ResourceType): Attribute | undefined {
  const colon = path.lastIndexOf(':')
  const schema = path.slice(0, Math.max(colon, 0)).toLowerCase()
  const extension = type.extensions.find(({ id }) => id.toLowerCase() === schema)
  if (schema !== '' && extension === undefined && schema !== type.schema.id.toLowerCase()) return undefined
  const [name = '', sub] = path.slice(colon + 1).split('.')
  const found = findAttribute(extension?.attributes ?? type.attributes, name)
  return sub === undefined ? found : findAttribute(found?.subAttributes ?? [], sub)
}
