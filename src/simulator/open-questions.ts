/** What no source says about the account API: each question with the answers that the simulator can give to it. */
import { z } from 'zod'

/** The questions. Of the values the first is the default, the answer that the sources make most likely. */
export const openQuestions = {
  /** PUT `bindings/groups/{group}`. `lose`: every listed policy ends up bound plainly. */
  groupPoliciesPut: choice(
    'Do policies that stay keep boundaries and parameters when the policies of a group are set?',
    'lose',
    'keep',
  ),
  /** POST of a binding that is there already, the same in everything. `refuse` is a 409. */
  repeatedBinding: choice(
    'What does adding a binding do that is there already?',
    'no-duplicate',
    'refuse',
    'duplicate',
  ),
  /** POST of a binding that differs from one that is there only in its boundaries. `refuse` is a 400. */
  otherBoundaries: choice(
    'May two bindings differ in nothing but their boundaries?',
    'refuse',
    'merge',
    'keep-both',
  ),
  /** PUT `bindings/{policy}/{group}`. `refuse` is a 400; with `all` one binding takes the place of all that match. */
  ambiguousBindingPut: choice(
    'Which bindings does a PUT without a filter change when several match?',
    'refuse',
    'first',
    'all',
  ),
  /** DELETE of bindings. `refuse` is a 400. */
  ambiguousBindingDelete: choice(
    'What does a DELETE without forceMultiple do when several bindings match?',
    'refuse',
    'all',
  ),
  /** POST of a user who is in the account. */
  duplicateUserStatus: choice('With which status is a user refused who exists?', 400, 409),
  /** POST of a group, or PUT that renames one. */
  duplicateGroupStatus: choice('With which status is a group refused whose name is taken?', 409, 400),
  /** POST or PUT of a policy. Names are taken within a level. */
  duplicatePolicyStatus: choice('With which status is a policy refused whose name is taken?', 409, 400),
  /** PUT `users/{email}/groups`. With `all` even those of SCIM; nobody ever leaves the group of all users. */
  userGroupsPut: choice(
    'Which unlisted groups does a user lose when their groups are set?',
    'local-and-saml',
    'all',
    'local',
  ),
  /** `not-found` is a 404 and `bad-request` a 400, both with nothing applied. `ignore` applies the others. */
  unknownGroup: choice(
    'What does a membership call do that names an unknown group?',
    'not-found',
    'bad-request',
    'ignore',
  ),
  /** `kept` ones are still listed and still hold policies and boundaries in use. */
  bindingsOfDeletedGroup: choice(
    'What becomes of the bindings of a group that is deleted?',
    'removed',
    'kept',
  ),
  /** Identity is global and keyed by e-mail, so `same` is likely. */
  uidAfterReinvite: choice('Which uid has a user who was removed and is invited again?', 'same', 'new'),
  /** `as-given` is matched without letter case; so is `lowered`, which forgets the spelling. */
  emailCase: choice('How are e-mails stored and matched?', 'as-given', 'exact', 'lowered'),
  /** Of people who signed up before, whichever account invited them. */
  knownIdentityInvited: choice(
    'In which state does a user start whom Dynatrace knows already?',
    'ACTIVE',
    'PENDING',
  ),
  /** `refuse` is a 400 with `errorsMap`. */
  unknownPermission: choice('May a policy name a permission that does not exist?', 'refuse', 'accept'),
  /** The documentation says `unconditional`, which surprises whoever reads it. */
  unfittingBoundary: choice(
    'What does a boundary leave of a permission that none of its conditions fits?',
    'unconditional',
    'denied',
  ),
  /** Calls of the account API in one second; 0: as many as come. Token requests do not count. */
  rateLimit: range('How many calls does the account API take each second (0: all)?', 1_000),
  rateLimitRetryAfter: choice('Does a 429 say with Retry-After when to come again?', 'on', 'off'),
  /** `X-RateLimit-Reset` is a time of the Unix epoch, which two clients of the vendor read in different units. */
  rateLimitHeaders: choice(
    'Which unit has X-RateLimit-Reset, and are there such headers at all?',
    'none',
    'seconds',
    'microseconds',
  ),
  /** Lists of groups, of their members and of their roles. */
  groupReadLag: range('How many milliseconds late do reads of groups see a change?', 2_000),
  /** Lists of users, and one user with groups. */
  userReadLag: range('How many milliseconds late do reads of users see a change?', 2_000),
  bindingReadLag: range('How many milliseconds late do reads of bindings see a change?', 2_000),
  /** The vendor promises nothing; minutes are usual. */
  auditLag: range('How many milliseconds late does the audit log have a change?', 3_600_000),
  /** `text`: strings that hold JSON. `objects`: as older events have it. `none`: which thing was changed, and not how. */
  auditDetails: choice(
    'How do events of the audit log say what was before and after?',
    'text',
    'objects',
    'none',
  ),
  /** Otherwise each read lags by a share of the lag and other clients take a share of each second, drawn from this seed. */
  chance: range('From which seed are lags and limits drawn (0: they are always what is set)?', 2 ** 32 - 1),
} as const

function choice<const First extends string | number, const Rest extends string | number>(
  question: string,
  usual: First,
  ...others: readonly [Rest, ...Rest[]]
) {
  const values = [usual, ...others] as const
  return { question, values, default: usual, schema: z.literal<(First | Rest)[]>([...values]) }
}

function range(question: string, maximum: number) {
  return {
    question,
    values: { minimum: 0, maximum },
    default: 0,
    schema: z.number().int().min(0).max(maximum),
  }
}
