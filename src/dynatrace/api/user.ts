/** Users of the account as answered: the list (UserListDto), one user (GroupUserDto), members (GroupUserListDto). */
import { z } from 'zod'

const status = z
  .enum(['ACTIVE', 'INACTIVE', 'PENDING', 'DELETED', 'ECUSTOMS_MANUALLY_BLOCKED', 'UNKNOWN'])
  .catch('UNKNOWN')

const person = {
  uid: z.string().min(1),
  email: z.string().min(1),
  userStatus: status,
  emergencyContact: z.boolean().nullish(),
  /** Absent until the first sign-in, and in every answer but the list of all users. */
  userLoginMetadata: z
    .object({ lastSuccessfulLogin: z.iso.datetime().nullish().catch(null) })
    .nullish()
    .catch(null),
}

/** Item of the answers of `GET users` and of `GET groups/{id}/users`. */
export const User = z.object(person).transform(toUser)

/** Answer of `GET users/{email}`: its groups are named differently from those of `GET groups`. */
export const UserWithGroups = z
  .object({ ...person, groups: z.array(z.object({ uuid: z.string().min(1) })) })
  .transform(({ groups, ...user }) => ({ ...toUser(user), groupIds: groups.map(group => group.uuid) }))

function toUser(user: z.infer<z.ZodObject<typeof person>>) {
  const { uid, email, userStatus, emergencyContact, userLoginMetadata } = user
  return {
    uid,
    email,
    status: userStatus,
    emergencyContact: emergencyContact ?? false,
    lastSignIn: userLoginMetadata?.lastSuccessfulLogin ?? undefined,
  }
}
