/** Serves the descriptions of our API (to programs as OpenAPI, to people as a page) and of `bridge.yaml` (to editors). */
import { accessFileSchema } from '../../access/schema/file.ts'
import { docsPage } from '../docs/page.ts'
import { readDescription } from '../docs/read-description.ts'
import { planJsonSchema } from './plan-schema.ts'
import type { Routes } from './routes.ts'

/** The page fetches nothing and runs nothing: what it shows is in it. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

export function registerOpenapi(routes: Routes): void {
  routes.get('/openapi.json', { schema: { hide: true } }, async () => routes.swagger())
  routes.get('/bridge.schema.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/schema+json; charset=utf-8').send(JSON.stringify(accessFileSchema())),
  )
  routes.get('/plan.schema.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/schema+json; charset=utf-8').send(JSON.stringify(planJsonSchema())),
  )
  routes.get('/docs', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', PAGE_POLICY)
      .send(docsPage(readDescription(routes.swagger()))),
  )
}
