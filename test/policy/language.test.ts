import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'tap'
import { annotated, examplesOf } from './language.ts'

const folder = new URL('./language/', import.meta.url)
const chapters = readdirSync(folder)
  .filter(name => name.endsWith('.md'))
  .sort()

test('every example of the language says exactly what it is shown to say', async t => {
  let count = 0
  for (const name of chapters) {
    for (const example of examplesOf(readFileSync(new URL(name, folder), 'utf8'))) {
      count += 1
      t.equal(annotated(example), example.shown, `${name} line ${example.line}`)
    }
  }
  t.ok(count >= 150, `${count} examples`)
})
