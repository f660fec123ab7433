/**
 * The key under which names that differ only in letter case or Unicode composition are the same:
 * `userName` and e-mail addresses (RFC 7644 §5, RFC 7643 §4.1.1). Databases fold ASCII only, so the
 * key is computed here and stored beside the text as it was sent.
 */
export const foldKey = (text: string): string => text.normalize('NFC').toLowerCase().normalize('NFC')
