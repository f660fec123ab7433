import { createHash, randomBytes, randomUUID } from 'node:crypto'

/** A new SCIM resource id: opaque, stable, never reassigned (RFC 7643 §3.1). */
export const newId = (): string => randomUUID()

/** A short id a person can read aloud, such as `run-4f9c21ab07`; more bytes for what there are millions of. */
export const shortId = (prefix: string, bytes = 5): string =>
  `${prefix}-${randomBytes(bytes).toString('hex')}`

/** The one id that a name has in a namespace, itself a UUID: version 5, from a name (RFC 9562 §5.5). */
export function nameId(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
