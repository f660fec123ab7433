/** Documents on the wire, and how lists of them are filtered and ordered. */
import type { Reader } from '../account/documents.ts'
import type { Document } from '../account/environment-objects.ts'
import { type FilterLanguage, filterExpression } from '../filter-expression.ts'
import { badRequest } from '../rejection.ts'

const language: FilterLanguage = {
  fields: {
    id: 'text',
    name: 'text',
    type: 'text',
    owner: 'text',
    version: 'number',
    'modificationInfo.createdBy': 'text',
    'modificationInfo.createdTime': 'time',
    'modificationInfo.lastModifiedBy': 'text',
    'modificationInfo.lastModifiedTime': 'time',
    originAppId: 'text',
    originExtensionId: 'text',
  },
  exactCase: true,
  exists: true,
  maxLength: 1_024,
  maxDepth: 3,
}

/** E.g. `owner == '<uid>' and type in ('dashboard', 'notebook')`. */
export function documentFilter(text: string): (document: Document) => boolean {
  const passes = filterExpression(text, language)
  return document => passes(field => fieldOf(document, field))
}

/** Fields with an optional sign, joined by commas; without any the order of creation stays. */
export function documentOrder(sort: string): (a: Document, b: Document) => number {
  const keys = sort.split(',').filter(key => key !== '')
  const unknown = keys.find(key => !Object.hasOwn(language.fields, key.replace(/^[+-]/, '')))
  if (unknown !== undefined) throw badRequest(`Documents cannot be sorted by ${unknown}`)
  return (a, b) => {
    for (const key of keys) {
      const [one, other] = [a, b].map(document => fieldOf(document, key.replace(/^[+-]/, '')) ?? '')
      if (one === undefined || other === undefined || one === other) continue
      const first = one.localeCompare(other, 'en', { numeric: true })
      return key.startsWith('-') ? -first : first
    }
    return 0
  }
}

/** A document as this reader sees it. Fields that most clients have no use for come only when asked for. */
export function documentView(document: Document, reader: Reader, addFields: readonly string[] = []): object {
  const { id, name, type, description, version, owner, isPrivate, originAppId, originExtensionId } = document
  return {
    id,
    name,
    type,
    ...(description === undefined ? {} : { description }),
    version,
    owner,
    isPrivate,
    access: reader.admin || owner === reader.uid ? ['read', 'write'] : ['read'],
    modificationInfo: {
      createdBy: document.createdBy,
      createdTime: document.createdTime,
      lastModifiedBy: document.lastModifiedBy,
      lastModifiedTime: document.lastModifiedTime,
    },
    ...(originAppId === undefined ? {} : { originAppId }),
    ...(originExtensionId !== undefined && addFields.includes('originExtensionId')
      ? { originExtensionId }
      : {}),
    shareInfo: { isShared: !isPrivate },
  }
}

function fieldOf(document: Document, field: string): string | undefined {
  const value: unknown = Reflect.get(document, field.replace('modificationInfo.', ''))
  return value === undefined ? undefined : String(value)
}
