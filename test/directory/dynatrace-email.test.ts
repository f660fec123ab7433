import { test } from 'tap'
import { dynatraceEmail } from '../../src/directory/dynatrace-email.ts'

test('the address of a user in Dynatrace', async t => {
  const home = { value: 'home@acme.example', type: 'home' }
  const work = { value: 'work@acme.example', type: 'Work' }
  const primary = { value: 'primary@acme.example', primary: true }
  const cases = [
    [
      'a userName that is an address',
      { userName: 'Anna@acme.example', emails: [primary] },
      'Anna@acme.example',
    ],
    ['a userName in a domain without dots', { userName: 'anna@localhost' }, 'anna@localhost'],
    ['the primary address', { userName: 'anna', emails: [home, work, primary] }, 'primary@acme.example'],
    ['the address at work', { userName: 'anna', emails: [home, work] }, 'work@acme.example'],
    ['the first address', { userName: 'anna', emails: [home] }, 'home@acme.example'],
    [
      'the first that is usable',
      { userName: 'anna', emails: [{ value: 'x', primary: true }, home] },
      'home@acme.example',
    ],
    ['no address', { userName: 'anna' }, undefined],
    [
      'nothing usable',
      { userName: 'a b@c', emails: [{ value: 'a@b@c' }, { value: '@c' }, { value: 'a@' }, {}] },
      undefined,
    ],
    ['values of the wrong type', { userName: 'anna', emails: ['x@y', null, { value: 7 }] }, undefined],
  ] as const
  for (const [name, attributes, expected] of cases) t.equal(dynatraceEmail(attributes), expected, name)
})
