import { styleText } from 'node:util'
import type { Effect } from '../../reconcile/tally.ts'

export interface TextOptions {
  /** Whether escape sequences may be written: the output is a terminal and nobody said NO_COLOR. */
  readonly colour: boolean
  /** Columns of the terminal; without it as many as are comfortable to read. */
  readonly columns?: number | undefined
}

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

export type Paint = (style: Style, text: string) => string

export const painter =
  ({ colour }: TextOptions): Paint =>
  (style, text) =>
    colour ? styleText(style, text, { validateStream: false }) : text

/** The signs that people know from Terraform. */
export const signs: Readonly<Record<Effect, { readonly sign: string; readonly style: Style }>> = {
  add: { sign: '+', style: 'green' },
  change: { sign: '~', style: 'yellow' },
  remove: { sign: '-', style: 'red' },
}
