/** Documents of an environment as answered (DocumentList). */
import { z } from 'zod'
import { textOrEmpty } from './absent.ts'
import { keyed } from './page-key.ts'

const Document = z
  .object({
    id: z.string().min(1),
    name: textOrEmpty,
    type: textOrEmpty,
    owner: z.string().min(1),
    isPrivate: z.boolean().nullish(),
    modificationInfo: z.object({ lastModifiedTime: z.string().nullish() }).nullish().catch(null),
  })
  .transform(({ owner, isPrivate, modificationInfo, ...document }) => ({
    ...document,
    ownerUid: owner,
    isPrivate: isPrivate ?? false,
    changedAt: modificationInfo?.lastModifiedTime ?? undefined,
  }))

/** Answer of `GET documents`. */
export const DocumentPage = z
  .object({ documents: z.array(Document), ...keyed })
  .transform(({ documents, ...page }) => ({ ...page, items: documents }))
