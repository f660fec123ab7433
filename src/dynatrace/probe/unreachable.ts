/** Why an address of Dynatrace gives no answer, or one that is not Dynatrace's: told by what the system says. */
import { errorMessage, looksLikeHtml } from '../error-message.ts'
import { mask } from '../mask.ts'
import type { Exchange } from '../transport.ts'

export interface Unreachable {
  readonly says: string
  readonly remedy: string
}

/** The address that was called, and the variable it comes from. */
export interface Place {
  readonly url: string
  readonly setting: 'DT_SSO_URL' | 'DT_API_URL'
}

const PROXY =
  'HTTPS_PROXY is not used: let this machine reach Dynatrace directly, or through a proxy that is transparent.'

/** Undefined when the answer may well be Dynatrace's. */
export function unreachable(exchange: Exchange, place: Place): Unreachable | undefined {
  if (exchange.kind === 'lost') return lost(exchange.reason, place)
  const { status, text } = exchange
  const { url, setting } = place
  if (looksLikeHtml(text)) {
    return {
      says: `${url} answers ${status} with ${errorMessage(text)}: that is not Dynatrace.`,
      remedy: `A proxy or a sign-in page stands in between, or ${setting} is wrong. ${PROXY}`,
    }
  }
  if (status >= 300 && status < 400) {
    const to = exchange.headers.location
    return {
      says: `${url} leads elsewhere (${status}${typeof to === 'string' ? ` to ${URL.parse(to)?.origin ?? 'another path'}` : ''}): that is not Dynatrace.`,
      remedy: `A proxy or a sign-in page stands in between, or ${setting} is wrong. ${PROXY}`,
    }
  }
  if (status === 407) {
    return { says: `A proxy before ${url} wants credentials (407).`, remedy: PROXY }
  }
  if (status >= 500 || status === 429) {
    return {
      says: `${url} answers ${status}: ${mask(errorMessage(text), []) || 'nothing more'}.`,
      remedy: 'Try again in a minute; if it persists, see status.dynatrace.com.',
    }
  }
  return undefined
}

function lost(reason: string, { url, setting }: Place): Unreachable {
  const host = URL.parse(url)?.host ?? url
  if (/ENOTFOUND|EAI_AGAIN/.test(reason)) {
    return {
      says: `The name ${host} cannot be resolved (${reason}).`,
      remedy: `Correct ${setting}, or the DNS settings of this machine.`,
    }
  }
  if (/ECONNREFUSED/.test(reason)) {
    return {
      says: `Nobody listens at ${host} (${reason}).`,
      remedy: `Correct ${setting}; of a simulator, start it first.`,
    }
  }
  if (/cert|self.signed|unable to (verify|get)|altname|ERR_TLS|ERR_SSL|EPROTO|wrong version/i.test(reason)) {
    return {
      says: `No safe connection to ${host} comes about (${reason}).`,
      remedy:
        'If a proxy of yours opens TLS, give its certificate authority in NODE_EXTRA_CA_CERTS; ' +
        `else correct ${setting} or the clock of this machine.`,
    }
  }
  return {
    says: `${host} does not answer (${reason}).`,
    remedy: `Check the firewall between this machine and ${host}, and ${setting}. ${PROXY}`,
  }
}
