/** What Okta sends against or beyond the RFCs, one function per deviation. */

/**
 * Attributes that only the service provider writes are skipped inside the value of an operation without
 * path: Okta renames a group with `{"op":"replace","value":{"id":"…","displayName":"…"}}` and RFC 7644 §3.5.2
 * would have that `id` refused. A path that names such an attribute is still refused.
 */
export const skipsReadOnly = (mutability: string): boolean => mutability === 'readOnly'

/**
 * Every creation carries a password, a random one when password sync is off. It is accepted, as RFC 7643
 * §4.1.1 has it, and dropped at the door: this server signs nobody in.
 */
export const dropsPassword = (attributeName: string): boolean => attributeName === 'password'
