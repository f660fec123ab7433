/** What `--json` writes. */
export const jsonText = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
