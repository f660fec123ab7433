/** Texts sorted by code unit, each once. */
export const ordered = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort()
