/** What identity providers say in whole sessions, replayed over HTTP on a real database. */
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { z } from 'zod'
import { scimApp, token } from '../support/scim-app.ts'

const Conversation = z.strictObject({
  client: z.string(),
  about: z.string(),
  headers: z.record(z.string(), z.string()),
  steps: z.array(
    z.strictObject({
      step: z.string(),
      method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      path: z.string(),
      /** `{{name}}` stands for a saved value; a key `...` spreads a saved object. */
      body: z.record(z.string(), z.unknown()).optional(),
      /** In place of those of the conversation; `{{token}}` is the right one. */
      headers: z.record(z.string(), z.string()).optional(),
      status: z.number(),
      /** What headers of the answer must contain. */
      expectHeaders: z.record(z.string(), z.string()).optional(),
      /** What the answer must contain. */
      expect: z.record(z.string(), z.unknown()).optional(),
      /** Names that the answer must not have. */
      absent: z.array(z.string()).optional(),
      /** Whom the group must hold afterwards. */
      members: z.array(z.string()).optional(),
      /** Name → where in the answer; an empty text is all of it. */
      save: z.record(z.string(), z.string()).optional(),
    }),
  ),
})

const names = [
  'okta-aiw',
  'okta-oin',
  'okta-spec',
  'entra-legacy',
  'entra-2020',
  'entra-validator',
  'jumpcloud',
  'authentik',
]

for (const name of names) {
  const text = readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8')
  const conversation = Conversation.parse(JSON.parse(text))
  test(conversation.client, async t => {
    const { send } = await scimApp(t)
    const saved = new Map<string, unknown>([['token', token]])
    for (const step of conversation.steps) {
      await t.test(step.step, async t => {
        const path = fill(step.path, saved)
        const body = step.body === undefined ? undefined : fillObject(step.body, saved)
        const own = Object.entries(step.headers ?? {}).map(([key, text]) => [key, fill(text, saved)])
        const headers = { ...conversation.headers, ...Object.fromEntries(own) }
        const response = await send(step.method, path, body, headers)
        t.equal(response.statusCode, step.status, response.body)
        const answer = response.body === '' ? {} : response.json()
        if (response.body !== '') t.match(response.headers['content-type'], /^application\/scim\+json/)
        if (step.expect !== undefined) t.match(answer, fillObject(step.expect, saved))
        for (const [header, text] of Object.entries(step.expectHeaders ?? {})) {
          t.match(response.headers[header], text, header)
        }
        for (const absent of step.absent ?? []) t.notOk(Object.hasOwn(answer, absent), absent)
        for (const [key, where] of Object.entries(step.save ?? {})) {
          saved.set(key, where === '' ? answer : answer[where])
        }
        if (step.members === undefined) return
        const group = (await send('GET', fill('/Groups/{{group}}', saved))).json()
        const members = (group.members ?? []).map((member: { value: string }) => member.value)
        t.same(members.sort(), step.members.map(member => fill(member, saved)).sort())
      })
    }
  })
}

function fillObject(object: Record<string, unknown>, saved: ReadonlyMap<string, unknown>): object {
  const { '...': spread, ...rest } = object
  const base = typeof spread === 'string' ? saved.get(spread) : {}
  return { ...(base as object), ...JSON.parse(fill(JSON.stringify(rest), saved)) }
}

/** Also fills placeholders that a query string has percent-encoded. */
function fill(text: string, saved: ReadonlyMap<string, unknown>): string {
  return text.replaceAll(/(?:\{\{|%7B%7B)(\w+)(?:\}\}|%7D%7D)/g, (_all, name: string) =>
    String(saved.get(name)),
  )
}
