/** The media type of every SCIM answer (RFC 7644 §8.1). */
export const scimJson = 'application/scim+json'
