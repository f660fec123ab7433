/**
 * Documents of an environment: dashboards, notebooks, launchpads. They belong to a user id and stay when that user
 * leaves the account, out of everybody's reach but an administrator's.
 */
import { randomUUID } from 'node:crypto'
import { type Account, timestamp, userByUid } from '../account.ts'
import { badRequest, conflict, forbidden, notFound } from '../rejection.ts'
import type { Document } from './environment-objects.ts'

/** Who works with documents. */
export interface Reader {
  readonly uid: string
  /** Whether the call was made with admin access: then nobody's privacy counts. */
  readonly admin: boolean
}

export interface NewDocument {
  readonly environmentId: string
  readonly name: string
  readonly type: string
  readonly owner: string
  readonly id?: string | undefined
  readonly description?: string | undefined
  readonly isPrivate?: boolean | undefined
  readonly content?: string | undefined
  readonly originAppId?: string | undefined
  readonly originExtensionId?: string | undefined
}

export interface DocumentChange {
  readonly name?: string | undefined
  readonly type?: string | undefined
  readonly description?: string | undefined
  readonly isPrivate?: boolean | undefined
  readonly content?: string | undefined
}

const keyOf = (environmentId: string, id: string): string => `${environmentId}/${id}`

const sees = (document: Document, reader: Reader): boolean =>
  reader.admin || !document.isPrivate || document.owner === reader.uid

/** Documents of the environment the reader may see, the trash left out. */
export const documentsFor = (account: Account, environmentId: string, reader: Reader): Document[] =>
  [...account.documents.values()].filter(
    one => one.environmentId === environmentId && one.trashedAt === undefined && sees(one, reader),
  )

/** One document, for reading. */
export function documentById(account: Account, environmentId: string, reader: Reader, id: string): Document {
  const document = account.documents.get(keyOf(environmentId, id))
  if (document === undefined || document.trashedAt !== undefined) throw notFound(`Document ${id} not found`)
  if (!sees(document, reader)) throw forbidden(`No access to document ${id}`)
  return document
}

/** One document, for changing: its owner's, or with admin access. */
export function ownDocument(account: Account, environmentId: string, reader: Reader, id: string): Document {
  const document = documentById(account, environmentId, reader, id)
  if (!reader.admin && document.owner !== reader.uid) throw forbidden(`No write access to document ${id}`)
  return document
}

/** Creates a document; private unless said otherwise. A taken id is a 409. */
export function createDocument(account: Account, given: NewDocument): Document {
  const id = given.id ?? randomUUID()
  if (account.documents.has(keyOf(given.environmentId, id))) throw conflict(`Document ${id} already exists`)
  const now = timestamp(account)
  const document: Document = {
    id,
    environmentId: given.environmentId,
    name: given.name,
    type: given.type,
    description: given.description,
    version: 1,
    owner: given.owner,
    isPrivate: given.isPrivate ?? true,
    content: given.content ?? '{}',
    originAppId: given.originAppId,
    originExtensionId: given.originExtensionId,
    createdBy: given.owner,
    createdTime: now,
    lastModifiedBy: given.owner,
    lastModifiedTime: now,
    trashedAt: undefined,
  }
  return store(account, document)
}

/** Changes what is given, when nobody else changed it since `version`. */
export function changeDocument(
  account: Account,
  reader: Reader,
  before: Document,
  version: number,
  change: DocumentChange,
): Document {
  checkVersion(before, version)
  return store(account, {
    ...before,
    name: change.name ?? before.name,
    type: change.type ?? before.type,
    description: change.description ?? before.description,
    isPrivate: change.isPrivate ?? before.isPrivate,
    content: change.content ?? before.content,
    version: before.version + 1,
    lastModifiedBy: reader.uid,
    lastModifiedTime: timestamp(account),
  })
}

/** Gives the document to another user; its former owner loses access at once. */
export function transferDocument(account: Account, before: Document, newOwner: string): void {
  if (before.originExtensionId !== undefined) throw forbidden('Ready-made documents cannot change owner')
  if (userByUid(account, newOwner) === undefined) throw badRequest(`User ${newOwner} not found`)
  store(account, { ...before, owner: newOwner })
}

/** Moves the document to the trash. */
export function trashDocument(account: Account, document: Document, version: number): void {
  checkVersion(document, version)
  store(account, { ...document, trashedAt: timestamp(account) })
}

/** Removes a document from the trash for good. */
export function eraseDocument(account: Account, environmentId: string, reader: Reader, id: string): void {
  const document = account.documents.get(keyOf(environmentId, id))
  if (document?.trashedAt === undefined) throw notFound(`Document ${id} is not in the trash`)
  if (!reader.admin && document.owner !== reader.uid) throw forbidden(`No write access to document ${id}`)
  account.documents.delete(keyOf(environmentId, id))
}

function checkVersion(document: Document, version: number): void {
  if (version === document.version) return
  throw conflict(`Document ${document.id} has version ${document.version}, not ${version}`)
}

function store(account: Account, document: Document): Document {
  account.documents.set(keyOf(document.environmentId, document.id), document)
  return document
}
