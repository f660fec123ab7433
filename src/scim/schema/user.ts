/** The User schema (RFC 7643 §4.1 and §8.7.1). */
import { type Attribute, attribute, commonAttributes, type ResourceType, type Schema } from './attribute.ts'
import { dynatraceUserSchema } from './dynatrace-user.ts'
import { enterpriseUserSchema } from './enterprise-user.ts'

const userSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute('userName', 'string', 'The unique name the user signs in with, usually an e-mail address.', {
      required: true,
      uniqueness: 'server',
    }),
    attribute('name', 'complex', "The components of the user's name.", {
      subAttributes: [
        attribute('formatted', 'string', 'The full name, ready to be shown.'),
        attribute('familyName', 'string', 'The family name.'),
        attribute('givenName', 'string', 'The given name.'),
        attribute('middleName', 'string', 'The middle names.'),
        attribute('honorificPrefix', 'string', 'The title before the name.'),
        attribute('honorificSuffix', 'string', 'The suffix after the name.'),
      ],
    }),
    attribute('displayName', 'string', 'The name that is shown to others.'),
    attribute('nickName', 'string', 'The casual way to address the user.'),
    attribute('profileUrl', 'reference', "The URL of the user's profile.", { referenceTypes: ['external'] }),
    attribute('title', 'string', "The user's title, such as Vice President."),
    attribute('userType', 'string', "The user's relation to the organisation."),
    attribute('preferredLanguage', 'string', 'The preferred written or spoken language.'),
    attribute('locale', 'string', 'The default location for formats of numbers and dates.'),
    attribute('timezone', 'string', "The user's time zone in the Olson format."),
    attribute('active', 'boolean', 'Whether the user may sign in.'),
    attribute('password', 'string', 'Accepted and dropped: users sign in at the identity provider.', {
      mutability: 'writeOnly',
      returned: 'never',
    }),
    list('emails', 'The e-mail addresses of the user.', 'string', ['work', 'home', 'other']),
    list('phoneNumbers', 'The phone numbers of the user.', 'string', [
      'work',
      'home',
      'mobile',
      'fax',
      'pager',
      'other',
    ]),
    list('ims', 'The instant messaging addresses of the user.', 'string', [
      'aim',
      'gtalk',
      'icq',
      'xmpp',
      'msn',
      'skype',
      'qq',
      'yahoo',
    ]),
    list('photos', 'The URLs of photos of the user.', 'reference', ['photo', 'thumbnail']),
    attribute('addresses', 'complex', 'The postal addresses of the user.', {
      multiValued: true,
      subAttributes: [
        attribute('formatted', 'string', 'The full address, ready to be shown.'),
        attribute('streetAddress', 'string', 'Street, house number and the like.'),
        attribute('locality', 'string', 'The city.'),
        attribute('region', 'string', 'The state or region.'),
        attribute('postalCode', 'string', 'The postal code.'),
        attribute('country', 'string', 'The country.'),
        attribute('type', 'string', 'What the address is for.', {
          canonicalValues: ['work', 'home', 'other'],
        }),
        primary(),
      ],
    }),
    attribute('groups', 'complex', 'The groups the user is a member of.', {
      multiValued: true,
      mutability: 'readOnly',
      subAttributes: [
        attribute('value', 'string', 'The id of the group.', { caseExact: true, mutability: 'readOnly' }),
        attribute('$ref', 'reference', 'The URI of the group.', {
          caseExact: true,
          mutability: 'readOnly',
          referenceTypes: ['Group'],
        }),
        attribute('display', 'string', 'The name of the group.', { mutability: 'readOnly' }),
        attribute('type', 'string', 'Whether the membership is direct.', {
          mutability: 'readOnly',
          canonicalValues: ['direct', 'indirect'],
        }),
      ],
    }),
    list('entitlements', 'The entitlements of the user.', 'string'),
    list('roles', 'The roles of the user.', 'string'),
    list('x509Certificates', 'The certificates of the user.', 'binary'),
  ],
}

export const userType: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: 'User Account',
  schema: userSchema,
  extensions: [enterpriseUserSchema, dynatraceUserSchema],
  attributes: [...commonAttributes, ...userSchema.attributes],
}

/**
 * A multi-valued attribute with the sub-attributes of RFC 7643 §2.4. Entra's schema discovery flattens it
 * to `name[type eq "work"].value` when `type` has canonical values, to `name[primary eq "True"]` when not.
 */
function list(
  name: string,
  description: string,
  valueType: 'string' | 'reference' | 'binary',
  types?: readonly string[],
): Attribute {
  return attribute(name, 'complex', description, {
    multiValued: true,
    subAttributes: [
      attribute('value', valueType, 'The value itself.', {
        caseExact: valueType !== 'string',
        ...(valueType === 'reference' ? { referenceTypes: ['external'] } : {}),
      }),
      attribute('display', 'string', 'The value as it is shown to people.'),
      attribute(
        'type',
        'string',
        'What the value is for.',
        types === undefined ? {} : { canonicalValues: types },
      ),
      primary(),
    ],
  })
}

function primary(): Attribute {
  return attribute('primary', 'boolean', 'Whether it is the preferred value; true for at most one.')
}
