/** Service users as answered: one (ExternalServiceUserWithGroupUuidDto), and a page (ExternalServiceUsersPageDto). */
import { z } from 'zod'
import { textOrEmpty } from './absent.ts'
import { keyed } from './page-key.ts'

const person = {
  uid: z.string().min(1),
  email: z.string().min(1),
  name: textOrEmpty,
  description: textOrEmpty,
  createdAt: z.string().nullish(),
}

const Listed = z.object(person)

/** Answer of `GET service-users/{uid}` and of `POST service-users`. */
export const ServiceUserAnswer = z
  .object({ ...person, groupUuid: z.string().nullish() })
  .transform(({ createdAt, groupUuid, ...user }) => ({
    ...user,
    createdAt: createdAt ?? undefined,
    groupId: groupUuid ? groupUuid : undefined,
  }))

/** Answer of `GET service-users?page-size=&page-key=`. */
export const ServiceUserPage = z
  .object({ results: z.array(Listed), ...keyed })
  .transform(({ results, ...page }) => ({
    ...page,
    items: results.map(user => ({ ...user, id: user.uid, createdAt: user.createdAt ?? undefined })),
  }))
