/** Documents travel as forms of several parts: a file `content` beside short fields. */
import type { FastifyRequest } from 'fastify'
import { badRequest, Rejection } from '../rejection.ts'

export interface DocumentForm {
  readonly fields: ReadonlyMap<string, string>
  readonly content: string | undefined
}

/** Reads the form of a call; anything else is a 415. */
export async function readForm(request: FastifyRequest): Promise<DocumentForm> {
  const type = request.headers['content-type'] ?? ''
  if (!Buffer.isBuffer(request.body)) {
    throw new Rejection(415, 'Content type must be multipart/form-data')
  }
  const form = await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw badRequest('The form cannot be read')
    })
  const fields = new Map<string, string>()
  let content: string | undefined
  for (const [name, value] of form) {
    const text = typeof value === 'string' ? value : await value.text()
    if (name === 'content') content = text
    else fields.set(name, text)
  }
  return { fields, content }
}

/** The form that answers a read: `metadata` as JSON and the file `content`. */
export async function writeForm(
  metadata: object,
  content: string,
): Promise<{ readonly type: string; readonly body: Buffer }> {
  const form = new FormData()
  form.append('metadata', JSON.stringify(metadata))
  form.append('content', new Blob([content], { type: 'application/json' }), 'content.json')
  const response = new Response(form)
  return {
    type: response.headers.get('content-type') ?? '',
    body: Buffer.from(await response.arrayBuffer()),
  }
}
