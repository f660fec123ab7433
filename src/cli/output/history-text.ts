/** Who had what, group by group; and who gained and lost what, run by run. Pure. */
import type { AsOfAnswer, ChangesAnswer, HeldAnswer } from '../../http/ops/history-schema.ts'
import { placeText, rightText } from '../../reconcile/holdings/right-text.ts'
import { widestOn, wrapped } from './columns.ts'
import { painter, signs, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

export function asOfText({ at, knownSince, holdings }: AsOfAnswer, options: TextOptions): string {
  const paint = painter(options)
  const groups = Map.groupBy(holdings, ({ group }) => group?.id)
  const users = groups.get(undefined) ?? []
  const blocks = [...groups].filter(([id]) => id !== undefined).map(([, held]) => groupText(held, options))
  const counts = [
    counted(blocks.length, 'group'),
    ...(users.length === 0 ? [] : [`${counted(users.length, 'user')} in the account`]),
  ]
  const head = [
    paint('bold', `As of ${at}: ${counts.join(', ')}`),
    paint('dim', `Of the groups that the bridge manages. Nothing is known before ${knownSince}.`),
  ].join('\n')
  const none = holdings.length === 0 ? ['Nobody had anything of what was asked for.'] : []
  return `${[head, ...blocks, ...none].join('\n\n')}\n`
}

function groupText(held: readonly HeldAnswer[], options: TextOptions): string {
  const paint = painter(options)
  const widest = widestOn(options)
  const named = held.find(({ group }) => group !== undefined)?.group
  const members = held.filter(({ kind }) => kind === 'member')
  const rights = held.filter(({ detail }) => 'on' in detail)
  return [
    `${paint('bold', printable(named?.name ?? ''))}  ${paint('dim', named?.id ?? '')}`,
    ...rights.flatMap(each =>
      wrapped(printable(`${thing(each)}  since ${short(each.since)}`), {
        first: '  ',
        rest: '      ',
        widest,
      }),
    ),
    ...(rights.length === 0 ? ['  no rights'] : []),
    ...members.map(
      each => `  ${printable(each.person ?? '')}  ${paint('dim', `since ${short(each.since)}`)}`,
    ),
    ...(members.length === 0 ? ['  no members'] : []),
  ].join('\n')
}

export function changesText({ from, to, knownSince, changes }: ChangesAnswer, options: TextOptions): string {
  const paint = painter(options)
  const widest = widestOn(options)
  const count = (what: string) => changes.filter(({ change }) => change === what).length
  const head = [
    paint('bold', `From ${from} to ${to}: ${count('gained')} gained, ${count('lost')} lost`),
    paint('dim', `In the groups that the bridge manages. Nothing is known before ${knownSince}.`),
  ].join('\n')
  const runs = Map.groupBy(changes, ({ cause }) => cause.run)
  const inOrder = [...runs.values()].toSorted((one, other) =>
    (one[0]?.cause.at ?? '') < (other[0]?.cause.at ?? '') ? -1 : 1,
  )
  const blocks = inOrder.map(some => {
    const { run, at, trigger, actor } = some[0]?.cause ?? { run: '', at: '' }
    const by = [trigger, actor].filter(part => part !== undefined && part !== '').join(', ')
    const title = `${short(at)}  ${run}${by === '' ? '' : `  (${by})`}`
    const lines = some.flatMap(({ change, held, cause }) => {
      const { sign, style } = signs[change === 'gained' ? 'add' : 'remove']
      const why = cause.step === undefined ? 'not by the bridge: found so in the account' : cause.step.reason
      return [
        ...wrapped(printable(subject(held, change)), {
          first: `  ${sign} `,
          rest: '      ',
          widest,
          style: text => paint(style, text),
        }),
        ...wrapped(printable(why), {
          first: '      ',
          rest: '      ',
          widest,
          style: text => paint('dim', text),
        }),
      ]
    })
    return [paint('bold', printable(title)), ...lines].join('\n')
  })
  const none = changes.length === 0 ? ['Nothing is different.'] : []
  return `${[head, ...blocks, ...none].join('\n\n')}\n`
}

function subject(held: HeldAnswer, change: 'gained' | 'lost'): string {
  const group = `"${held.group?.name ?? ''}"`
  const isGain = change === 'gained'
  switch (held.kind) {
    case 'member':
      return `${held.person ?? ''} ${isGain ? 'came into' : 'left'} ${group}`
    case 'account-user':
      return `${held.person ?? ''} ${isGain ? 'came into' : 'left'} the account`
    case 'group':
      return `group "${'name' in held.detail ? held.detail.name : ''}" ${isGain ? 'came' : 'went'}`
    case 'binding':
    case 'permission':
      return `${group} ${isGain ? 'got' : 'lost'} ${thing(held)}`
  }
}

const thing = ({ detail }: HeldAnswer): string => `${rightText(detail)} on ${placeText(detail)}`
const short = (instant: string): string => instant.slice(0, 16).replace('T', ' ')
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
