/** Domains of e-mail addresses in the one form in which they can be compared. */
import { domainToASCII } from 'node:url'

const ASCII_DOMAIN = /^(?=.{1,253}$)[a-z\d_]([a-z\d_-]*[a-z\d_])?(\.[a-z\d_]([a-z\d_-]*[a-z\d_])?)*$/

/**
 * The domain in lower case, without the dot of the root, and in the ASCII form of internationalised names (RFC 5891:
 * `bücher.example` is `xn--bcher-kva.example`). Undefined when the text is no domain name.
 */
export function domainKey(text: string): string | undefined {
  const ascii = domainToASCII(text.replace(/\.$/, ''))
  return ASCII_DOMAIN.test(ascii) ? ascii : undefined
}

/** What follows the @ of an address, as it was written. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)
