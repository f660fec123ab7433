/** What Okta sends against or beyond the RFCs, one function per deviation. */

/**
 * Attributes that only the service provider writes are skipped inside the value of an operation without path, and
 * so are their like among sub-attributes, as `manager.displayName`. Okta renames a group with
 * `{"op":"replace","value":{"id":"…","displayName":"…"}}` ("SCIM 2.0 Protocol Reference", developer.okta.com, Update
 * a specific Group name) and authentik replaces whole resources; RFC 7644 §3.5.2 would have that `id` refused
 * (`mutability`). A path that names such an attribute is still refused.
 */
export const skipsReadOnly = (mutability: string): boolean => mutability === 'readOnly'

/**
 * Okta's header authentication sends the token as the administrator typed it, without the word "Bearer" that
 * RFC 6750 §2.1 wants in front ("Build your SCIM API service", developer.okta.com, Authentication; idp-wire.md of
 * November 2026, §1.1).
 */
export const tokenIn = (authorization: string): string => authorization.replace(/^Bearer +/i, '').trim()
