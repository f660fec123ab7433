import type { CliDeps } from '../deps.ts'

export async function demo(
  _options: { readonly url?: string; readonly simulator: string },
  _deps: CliDeps,
): Promise<number> {
  return 1
}
