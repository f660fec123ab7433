/** The Group schema (RFC 7643 §4.2). */
import { attribute, commonAttributes, type ResourceType, type Schema } from './attribute.ts'

const groupSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute('displayName', 'string', 'The unique name of the group, which the access rules match.', {
      required: true,
      uniqueness: 'server',
    }),
    attribute('members', 'complex', 'The members of the group.', {
      multiValued: true,
      subAttributes: [
        // Ids are case-exact (RFC 7643 §3.1), so what names one is.
        attribute('value', 'string', 'The id of the member.', { caseExact: true, mutability: 'immutable' }),
        attribute('$ref', 'reference', 'The URI of the member.', {
          caseExact: true,
          mutability: 'immutable',
          referenceTypes: ['User', 'Group'],
        }),
        attribute('type', 'string', 'The type of the member.', {
          mutability: 'immutable',
          canonicalValues: ['User', 'Group'],
        }),
        attribute('display', 'string', 'The name of the member.', { mutability: 'readOnly' }),
      ],
    }),
  ],
}

export const groupType: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'Group',
  schema: groupSchema,
  extensions: [],
  attributes: [...commonAttributes, ...groupSchema.attributes],
}
