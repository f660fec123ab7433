/** What a holding says, in words. */
import type { Detail } from './holding.ts'

/** The right without its place; empty for what is no right. */
export function rightText(detail: Detail): string {
  if ('policy' in detail) {
    const parameters = Object.entries(detail.parameters).map(([name, value]) => `${name}=${value}`)
    const boundaries = detail.boundaries.map(name => `"${name}"`).join(' + ')
    return `"${detail.policy}"${parameters.length === 0 ? '' : ` (${parameters.join(', ')})`}${boundaries === '' ? '' : `, within ${boundaries}`}`
  }
  if ('role' in detail)
    return `role ${detail.role}${detail.zone === undefined ? '' : ` in zone ${detail.zone}`}`
  return ''
}

/** Where the right counts; empty for what is no right. */
export function placeText(detail: Detail): string {
  if (!('on' in detail)) return ''
  if (detail.on === 'account') return 'account'
  const { id, name } = detail.on
  return name === id ? id : `${name} (${id})`
}
