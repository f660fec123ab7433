/** The role permissions there are, as answered: a bare array (PermissionDto). */
import { z } from 'zod'
import { textOrEmpty } from './absent.ts'

/** Answer of `GET /ref/v1/account/permissions`. */
export const PermissionReference = z.array(z.object({ id: z.string().min(1), description: textOrEmpty }))
