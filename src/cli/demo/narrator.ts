/** How the demo is told: numbered sections, one line per HTTP exchange, short explanations. */
import { widestOn, wrapped } from '../output/columns.ts'
import { painter, type TextOptions } from '../output/paint.ts'
import { printable } from '../output/printable.ts'

/** Of a terminal with as many columns or more. */
const WIDEST = 104
const INDENT = '   '
/** What an exchange takes beside its target. */
const BESIDE_TARGET = 42

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
  /** Text with a layout of its own, made for lines of `room`. */
  report(text: string): void
  /** Columns for a report. */
  readonly room: number
}

export function narrator(out: (text: string) => void, options: TextOptions): Narrator {
  const paint = painter(options)
  const width = Math.min(WIDEST, widestOn(options))
  const targetWidth = width - BESIDE_TARGET
  const line = (text: string) => out(`${text}\n`)
  const paragraph = (text: string) => {
    for (const each of wrapped(text, { first: INDENT, rest: INDENT, widest: width })) line(each)
  }
  const listed = (mark: string, text: string) => {
    const rest = `${INDENT}  `
    for (const each of wrapped(text, { first: `${INDENT}${mark} `, rest, widest: width })) line(each)
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
      for (const each of wrapped(text, { first: '', rest: '', widest: width })) line(each)
    },
    section(heading, text) {
      number += 1
      const rule = '─'.repeat(Math.max(3, width - heading.length - `${number}`.length - 7))
      line(`\n\n${paint('dim', '──')} ${paint('bold', `${number}  ${heading}`)} ${paint('dim', rule)}\n`)
      paragraph(text)
    },
    part: heading => line(`\n${INDENT}${paint('bold', heading)}`),
    gap: () => line(''),
    exchange({ who, method, target, about, status, note, sent }) {
      const code = paint(status < 400 ? 'green' : 'red', String(status))
      const whole = about === '' ? target : `${target.padEnd(16)} ${about}`
      const path = printable(shortened(whole, targetWidth)).padEnd(targetWidth)
      const start = `${INDENT}${paint('dim', `${who.padEnd(5)} →`)} ${method.padEnd(6)}`
      line(`${start} ${path} ${code}${note === '' ? '' : `  ${paint('dim', printable(note))}`}`)
      if (sent === undefined) return
      const indent = ' '.repeat(INDENT.length + 15)
      line(`${indent}${paint('dim', printable(shortened(sent, width - indent.length)))}`)
    },
    say(text) {
      line('')
      paragraph(text)
    },
    item: text => listed(paint('yellow', '•'), text),
    done(text) {
      line('')
      listed(paint('green', '✓'), text)
    },
    report: text => laidOut(text.split('\n')),
    room: width - INDENT.length,
  }
}

const shortened = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`
