import { textWidth } from './columns.ts'

/** Rows in columns as wide as their widest cell, two spaces apart, without trailing spaces. Styled cells are measured as they look. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, textWidth(cell))
    })
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - textWidth(cell) + 2))
      .join('')
      .trimEnd()
  return rows.map(line).join('\n')
}
