/** How the demo is told: numbered sections, one line per HTTP exchange, short explanations. */
import { stripVTControlCharacters } from 'node:util'
import { painter, type TextOptions } from '../output/paint.ts'
import { printable } from '../output/printable.ts'

const WIDTH = 104
const INDENT = '   '
const TARGET_WIDTH = 62

export interface ExchangeLine {
  /** Who asks, e.g. `Okta`. */
  readonly who: string
  readonly method: string
  /** The path as people read it. */
  readonly target: string
  /** Which person or group the ids in the path mean. */
  readonly about: string
  readonly status: number
  readonly note: string
  /** What was sent, where the dialect is worth seeing. */
  readonly sent: string | undefined
}

export interface Narrator {
  title(heading: string, text: string): void
  /** Begins the next section. */
  section(heading: string, text: string): void
  /** A heading within a section. */
  part(heading: string): void
  gap(): void
  exchange(line: ExchangeLine): void
  say(text: string): void
  item(text: string): void
  done(text: string): void
  /** Text with a layout of its own; lines that are too long go on below, further in. */
  report(text: string): void
  /** Columns, which may be as wide as they are. */
  columns(text: string): void
}

export function narrator(out: (text: string) => void, options: TextOptions): Narrator {
  const paint = painter(options)
  const line = (text: string) => out(`${text}\n`)
  const paragraph = (text: string) => {
    for (const each of wrapped(text, WIDTH - INDENT.length)) line(`${INDENT}${each}`)
  }
  const laidOut = (lines: readonly string[]) => {
    const last = lines.findLastIndex(each => each !== '')
    line('')
    for (const each of lines.slice(0, last + 1)) line(each === '' ? '' : `${INDENT}${each}`)
  }
  let number = 0
  return {
    title(heading, text) {
      line(`\n${paint('bold', heading)}\n`)
      for (const each of wrapped(text, WIDTH)) line(each)
    },
    section(heading, text) {
      number += 1
      const rule = '─'.repeat(Math.max(3, WIDTH - heading.length - `${number}`.length - 7))
      line(`\n\n${paint('dim', '──')} ${paint('bold', `${number}  ${heading}`)} ${paint('dim', rule)}\n`)
      paragraph(text)
    },
    part: heading => line(`\n${INDENT}${paint('bold', heading)}`),
    gap: () => line(''),
    exchange({ who, method, target, about, status, note, sent }) {
      const code = paint(status < 400 ? 'green' : 'red', String(status))
      const whole = about === '' ? target : `${target.padEnd(16)} ${about}`
      const path = printable(shortened(whole, TARGET_WIDTH)).padEnd(TARGET_WIDTH)
      const start = `${INDENT}${paint('dim', `${who.padEnd(5)} →`)} ${method.padEnd(6)}`
      line(`${start} ${path} ${code}${note === '' ? '' : `  ${paint('dim', printable(note))}`}`)
      if (sent === undefined) return
      const indent = ' '.repeat(INDENT.length + 15)
      line(`${indent}${paint('dim', printable(shortened(sent, WIDTH - indent.length)))}`)
    },
    say(text) {
      line('')
      paragraph(text)
    },
    item: text => line(`${INDENT}${paint('yellow', '•')} ${text}`),
    done: text => line(`\n${INDENT}${paint('green', '✓')} ${text}`),
    report: text => laidOut(text.split('\n').flatMap(hanging)),
    columns: text => laidOut(text.split('\n')),
  }
}

/** A line of a report, its continuations four columns further in than its beginning. */
function hanging(text: string): readonly string[] {
  const [indent = ''] = /^ */.exec(text) ?? []
  const [first = '', ...rest] = wrapped(text.trimStart(), WIDTH - INDENT.length - indent.length - 4)
  return [indent + first, ...rest.map(each => `${indent}    ${each}`)].map(each => each.trimEnd())
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || visible(`${last} ${word}`) > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

const visible = (text: string): number => stripVTControlCharacters(text).length

const shortened = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`
