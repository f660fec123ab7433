/** The description of our API, made from the routes themselves, so that it cannot be wrong about them. */
import swagger from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Routes } from './routes.ts'

/** Describes the routes that are registered after it in this scope, and serves the document at `/openapi.json`. */
export function registerOpenapi(routes: Routes): void {
  routes.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Dynatrace SCIM bridge',
        description:
          'Health and operations of the bridge. SCIM itself is served at /scim/v2 and describes itself there (RFC 7643 §5-7).',
        version: '1',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'reconcile', description: 'Plans, runs and decisions' },
        { name: 'drift', description: 'What differs, and what a person should know' },
        { name: 'access', description: 'Who may do what, and why' },
        { name: 'journal', description: 'What happened, and who asked for it' },
        { name: 'health', description: 'For orchestrators and monitoring' },
      ],
      components: {
        securitySchemes: {
          adminToken: { type: 'http', scheme: 'bearer', description: 'BRIDGE_ADMIN_TOKEN' },
        },
      },
      security: [{ adminToken: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  routes.get('/openapi.json', { schema: { hide: true } }, async () => routes.swagger())
}
