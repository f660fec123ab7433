/** The description of our API, made from the routes themselves, so that it cannot be wrong about them. */
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { scimComponents } from './scim-components.ts'
import { routeSchema } from './scim-operation.ts'

/** What is read only in TypeScript is not so in the API. */
const zodToJsonConfig = {
  override: ({ jsonSchema }: { readonly jsonSchema: { readOnly?: unknown } }) => {
    delete jsonSchema.readOnly
  },
}
const describeRoute = createJsonSchemaTransform({ zodToJsonConfig })
const describeComponents = createJsonSchemaTransformObject({ zodToJsonConfig })

/** Describes the routes that are registered after it; `app.swagger()` is the document. */
export async function registerDescription(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Dynatrace SCIM bridge',
        description:
          'SCIM 2.0 for identity providers below /scim/v2, operations of the bridge below /api/v1, health and metrics.',
        version: '1',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'scim users', description: 'People, as the identity provider knows them' },
        { name: 'scim groups', description: 'Groups of the identity provider, which the access rules match' },
        {
          name: 'scim service',
          description: 'Several resources at once, and what the service says of itself',
        },
        { name: 'reconcile', description: 'Plans, runs and decisions' },
        { name: 'drift', description: 'What differs, and what a person should know' },
        { name: 'control', description: 'Stopping the bridge, and letting it go on' },
        { name: 'access', description: 'Who may do what, and why' },
        { name: 'journal', description: 'What happened, and who asked for it' },
        { name: 'history', description: 'Who had what when, and who gained and lost what since' },
        { name: 'ownership', description: 'What of the account is whose, and taking over what was there' },
        { name: 'health', description: 'For orchestrators and monitoring' },
      ],
      components: {
        securitySchemes: {
          adminToken: { type: 'http', scheme: 'bearer', description: 'BRIDGE_ADMIN_TOKEN' },
          scimToken: { type: 'http', scheme: 'bearer', description: 'BRIDGE_SCIM_TOKEN' },
        },
      },
      security: [{ adminToken: [] }],
    },
    transform(route) {
      const { scim } = route.route.config ?? {}
      if (scim !== undefined) return { schema: routeSchema(scim), url: route.url }
      // Routes that say nothing of themselves only refuse methods and paths.
      return route.schema === undefined ? { schema: { hide: true }, url: route.url } : describeRoute(route)
    },
    transformObject(document) {
      const described = describeComponents(document)
      if ('components' in described) Object.assign(described.components?.schemas ?? {}, scimComponents())
      return described
    },
  })
}
