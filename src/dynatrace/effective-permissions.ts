/** What a user or group may do. The answer is cut at the size of a page, and nothing in it says so. */
import { canonicalJson } from '../lib/digest.ts'
import { EffectivePermissionPage } from './api/effective-permission.ts'
import type { Dynatrace } from './dynatrace.ts'
import { malformed } from './failure.ts'
import { levelSegments, path } from './path.ts'
import type { Requests } from './request.ts'
import type { EffectivePermission } from './types/effective-permission.ts'

const OPERATION = 'effectivePermissions.list'

/** The documented default: a server that knew a lower maximum would cut larger pages, and a short page is the last. */
const PAGE_SIZE = 100

export function effectivePermissions(requests: Requests, account: string): Dynatrace['effectivePermissions'] {
  return {
    list: async (level, entity, service) => {
      const [type, id] = levelSegments(level, account)
      const readPage = (page: number) =>
        requests.find(
          {
            operation: OPERATION,
            method: 'GET',
            path: path`/iam/v1/resolution/${type}/${id}/effectivepermissions`,
            query: [
              ['entityId', entity.kind === 'user' ? entity.uid : entity.id],
              ['entityType', entity.kind],
              ...(service === undefined ? [] : [['services', service] as const]),
              ['page', String(page)],
              ['size', String(PAGE_SIZE)],
            ],
          },
          EffectivePermissionPage,
        )
      const found = new Map<string, EffectivePermission>()
      for (let number = 1; ; number += 1) {
        const page = await readPage(number)
        if (page === undefined) return undefined
        const before = found.size
        for (const each of page.permissions) found.set(canonicalJson(each), each)
        const { total = 0 } = page
        const isLast = page.permissions.length < PAGE_SIZE
        if (isLast && found.size >= total) return [...found.values()]
        if (isLast || found.size === before) {
          throw malformed(OPERATION, 200, `page ${number} does not hold what is due`)
        }
      }
    },
  }
}
