/** Takes secrets out of text that Dynatrace or a proxy sent, before it reaches an error message. */

/** Replaces the given secrets, and whatever looks like a Dynatrace token or a JWT, by `***`. */
export function mask(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap(secret => [secret, encodeURIComponent(secret)])
    .filter(secret => secret.length > 0)
    .reduce((masked, secret) => masked.replaceAll(secret, '***'), text)
    .replace(/dt0[a-z]\d{2}\.[a-z0-9]{8,}\.[a-z0-9]+/gi, '***')
    .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '***')
    .replace(/Bearer\s+[\w.~+/-]{16,}=*/gi, 'Bearer ***')
}
