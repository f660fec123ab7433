/** Attributes and schemas as data (RFC 7643 §2 and §7), and how names find them. */

export type AttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'binary'
  | 'reference'
  | 'complex'

/** The characteristics of RFC 7643 §2.2, all of them spoken out. */
export interface Attribute {
  readonly name: string
  readonly type: AttributeType
  readonly multiValued: boolean
  readonly description: string
  readonly required: boolean
  readonly caseExact: boolean
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly'
  readonly returned: 'always' | 'never' | 'default' | 'request'
  readonly uniqueness: 'none' | 'server' | 'global'
  readonly canonicalValues?: readonly string[]
  readonly referenceTypes?: readonly string[]
  readonly subAttributes?: readonly Attribute[]
}

export interface Schema {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly attributes: readonly Attribute[]
}

/** Whether clients can write nothing of a schema. */
export const isReadOnly = ({ attributes }: Schema): boolean =>
  attributes.every(({ mutability }) => mutability === 'readOnly')

/** A type of resource: where it is served and which attributes it may have. */
export interface ResourceType {
  readonly name: 'User' | 'Group'
  readonly endpoint: '/Users' | '/Groups'
  readonly description: string
  readonly schema: Schema
  readonly extensions: readonly Schema[]
  /** The common attributes of RFC 7643 §3.1 and those of `schema`. */
  readonly attributes: readonly Attribute[]
}

type Characteristics = Partial<Omit<Attribute, 'name' | 'type' | 'description'>>

/** An attribute with the defaults of RFC 7643 §2.2 for what is not said. */
export function attribute(
  name: string,
  type: AttributeType,
  description: string,
  characteristics: Characteristics = {},
): Attribute {
  return {
    name,
    type,
    description,
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...characteristics,
  }
}

/** The attribute of that name in any letter case (RFC 7643 §2.1). */
export function findAttribute(attributes: readonly Attribute[], name: string): Attribute | undefined {
  let index = indexes.get(attributes)
  if (index === undefined) {
    index = new Map(attributes.map(candidate => [candidate.name.toLowerCase(), candidate]))
    indexes.set(attributes, index)
  }
  return index.get(name.toLowerCase())
}

const indexes = new WeakMap<readonly Attribute[], ReadonlyMap<string, Attribute>>()

/** The common attributes of RFC 7643 §3.1, which no schema lists. */
export const commonAttributes: readonly Attribute[] = [
  attribute('schemas', 'reference', 'The URNs of the schemas in use.', {
    multiValued: true,
    returned: 'always',
    referenceTypes: ['uri'],
  }),
  attribute('id', 'string', 'The identifier that the service provider gave.', {
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
  }),
  attribute('externalId', 'string', 'The identifier that the client gave.', { caseExact: true }),
  attribute('meta', 'complex', 'Metadata of the resource.', {
    mutability: 'readOnly',
    subAttributes: [
      attribute('resourceType', 'string', 'The type of the resource.', {
        caseExact: true,
        mutability: 'readOnly',
      }),
      attribute('created', 'dateTime', 'When it was created.', { mutability: 'readOnly' }),
      attribute('lastModified', 'dateTime', 'When it was last changed.', { mutability: 'readOnly' }),
      attribute('location', 'reference', 'Its URI.', {
        caseExact: true,
        mutability: 'readOnly',
        referenceTypes: ['uri'],
      }),
      attribute('version', 'string', 'Its version, as in the ETag header.', {
        caseExact: true,
        mutability: 'readOnly',
      }),
    ],
  }),
]
