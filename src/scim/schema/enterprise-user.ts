/** The enterprise extension of users (RFC 7643 §4.3). */
import { attribute, type Schema } from './attribute.ts'

export const enterpriseUserSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    attribute('employeeNumber', 'string', 'The number of the user in the organisation.'),
    attribute('costCenter', 'string', 'The name of the cost centre.'),
    attribute('organization', 'string', 'The name of the organisation.'),
    attribute('division', 'string', 'The name of the division.'),
    attribute('department', 'string', 'The name of the department.'),
    attribute('manager', 'complex', "The user's manager.", {
      subAttributes: [
        attribute('value', 'string', 'The id of the manager.'),
        attribute('$ref', 'reference', 'The URI of the manager.', {
          caseExact: true,
          referenceTypes: ['User'],
        }),
        attribute('displayName', 'string', 'The name of the manager.', { mutability: 'readOnly' }),
      ],
    }),
  ],
}
