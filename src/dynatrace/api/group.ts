/** Groups of the account as answered (GetGroupDto, GroupListDto). */
import { z } from 'zod'
import { textOrEmpty, textsOrEmpty } from './absent.ts'

/** Item of the answer of `GET groups`. `uuid` is formally optional, but a group without one cannot be told from others: such an answer is malformed. */
export const Group = z
  .object({
    uuid: z.string().min(1),
    name: z.string(),
    description: textOrEmpty,
    owner: z.enum(['LOCAL', 'SAML', 'SCIM', 'DCS', 'ALL_USERS', 'UNKNOWN']).catch('UNKNOWN'),
    federatedAttributeValues: textsOrEmpty,
    createdAt: z.string().nullish(),
  })
  .transform(({ uuid, createdAt, ...group }) => ({ id: uuid, ...group, createdAt: createdAt ?? undefined }))

/** Answer of `POST groups`: a bare array. */
export const CreatedGroups = z.array(Group)
