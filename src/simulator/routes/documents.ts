/** The document service of an environment: lists by owner, content, transfer to another owner, the trash. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import {
  changeDocument,
  createDocument,
  documentById,
  eraseDocument,
  ownDocument,
  transferDocument,
  trashDocument,
} from '../account/documents.ts'
import { badRequest } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { type Query, read, single } from './body.ts'
import { readForm, writeForm } from './document-form.ts'
import { type Call, documentPage, readerOf } from './document-page.ts'
import { documentView } from './document-view.ts'

const newOwner = z.object({ newOwnerId: z.string().min(1) })
const ids = z.object({ ids: z.array(z.string()).min(1).max(100) })

export function documentRoutes(app: FastifyInstance, simulation: Simulation): void {
  const service = '/e/:environment/platform/document/v1'
  const documents = `${service}/documents`
  const reading = { config: { scopes: ['document:documents:read'] } }
  const writing = { config: { scopes: ['document:documents:write'] } }

  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )

  app.get<Call>(documents, reading, async request => documentPage(simulation, request))

  app.post<Call>(documents, writing, async (request, reply) => {
    const { fields, content } = await readForm(request)
    const [name, type] = [fields.get('name'), fields.get('type')]
    if (name === undefined || type === undefined) throw badRequest('name and type are required')
    const document = createDocument(simulation.account, {
      environmentId: request.params.environment,
      owner: readerOf(request).uid,
      name,
      type,
      content,
      id: fields.get('id') ?? fields.get('externalId'),
      description: fields.get('description'),
      isPrivate: truth(fields.get('isPrivate')),
    })
    return reply.code(201).send(documentView(document, readerOf(request)))
  })

  app.get<Call>(`${documents}/:id/metadata`, reading, async request => {
    const { environment, id } = request.params
    const reader = readerOf(request)
    return documentView(documentById(simulation.account, environment, reader, id), reader)
  })

  app.get<Call>(`${documents}/:id`, reading, async (request, reply) => {
    const { environment, id } = request.params
    const reader = readerOf(request)
    const document = documentById(simulation.account, environment, reader, id)
    const { type, body } = await writeForm(documentView(document, reader), document.content)
    return reply.type(type).send(body)
  })

  app.patch<Call>(`${documents}/:id`, writing, async request => {
    const { environment, id } = request.params
    const reader = readerOf(request)
    const before = ownDocument(simulation.account, environment, reader, id)
    const { fields, content } = await readForm(request)
    const after = changeDocument(simulation.account, reader, before, lockingVersion(request.query), {
      content,
      name: fields.get('name'),
      type: fields.get('type'),
      description: fields.get('description'),
      isPrivate: truth(fields.get('isPrivate')),
    })
    return { documentMetadata: documentView(after, reader) }
  })

  app.delete<Call>(`${documents}/:id`, writing, async (request, reply) => {
    const { environment, id } = request.params
    const document = ownDocument(simulation.account, environment, readerOf(request), id)
    trashDocument(simulation.account, document, lockingVersion(request.query))
    return reply.code(204).send()
  })

  app.post<Call>(`${documents}/:id([^:/]+)::transfer-owner`, writing, async (request, reply) => {
    const { environment, id } = request.params
    const document = ownDocument(simulation.account, environment, readerOf(request), id)
    transferDocument(simulation.account, document, read(newOwner, request.body).newOwnerId)
    return reply.code(204).send()
  })

  app.post<Call>(`${documents}::delete`, writing, async (request, reply) => {
    const { environment } = request.params
    const reader = readerOf(request)
    const doomed = read(ids, request.body).ids.map(id =>
      ownDocument(simulation.account, environment, reader, id),
    )
    for (const document of doomed) trashDocument(simulation.account, document, document.version)
    return reply.code(204).send()
  })

  app.delete<Call>(`${service}/trash/documents/:id`, writing, async (request, reply) => {
    const { environment, id } = request.params
    eraseDocument(simulation.account, environment, readerOf(request), id)
    return reply.code(204).send()
  })
}

function lockingVersion(query: Query): number {
  const version = Number(single(query['optimistic-locking-version']) ?? Number.NaN)
  if (!Number.isSafeInteger(version)) throw badRequest('optimistic-locking-version is required')
  return version
}

const truth = (text: string | undefined): boolean | undefined =>
  text === undefined ? undefined : text === 'true'
