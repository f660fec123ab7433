/** ServiceProviderConfig, ResourceTypes and Schemas, told from the definitions (RFC 7643 §5–§7, RFC 9865). */
import { maxBulkOperations, maxBulkPayload } from './bulk-request.ts'
import { cursorTimeout } from './cursor.ts'
import type { Json, JsonObject } from './json.ts'
import { defaultPage, maxPage } from './page.ts'
import type { Attribute, ResourceType, Schema } from './schema/attribute.ts'
import { groupType } from './schema/group.ts'
import { userType } from './schema/user.ts'

const resourceTypes: readonly ResourceType[] = [userType, groupType]

const schemas: readonly Schema[] = resourceTypes.flatMap(({ schema, extensions }) => [schema, ...extensions])

/** authentik obeys this document to the letter, down to `bulk.maxOperations` as the size of its PATCHes. */
export function serviceProviderConfig(base: string): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: maxBulkOperations, maxPayloadSize: maxBulkPayload },
    filter: { supported: true, maxResults: maxPage },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: defaultPage,
      maxPageSize: maxPage,
      cursorTimeout,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'The SCIM token of the bridge in the Authorization header.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  }
}

export const resourceTypeDocuments = (base: string): readonly JsonObject[] =>
  resourceTypes.map(type => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema.id,
    schemaExtensions: type.extensions.map(({ id }) => ({ schema: id, required: false })),
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${type.name}` },
  }))

export const schemaDocuments = (base: string): readonly JsonObject[] =>
  schemas.map(schema => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(attributeDocument),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${schema.id}` },
  }))

function attributeDocument(attribute: Attribute): JsonObject {
  const { subAttributes, canonicalValues, referenceTypes, ...characteristics } = attribute
  const lists: Record<string, Json> = {}
  if (canonicalValues !== undefined) lists.canonicalValues = canonicalValues
  if (referenceTypes !== undefined) lists.referenceTypes = referenceTypes
  if (subAttributes !== undefined) lists.subAttributes = subAttributes.map(attributeDocument)
  return { ...characteristics, ...lists }
}
