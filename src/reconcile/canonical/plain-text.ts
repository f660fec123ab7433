/** A text as it counts where nothing else is known of it: line endings and white space at the ends are no difference. */
export const plainText = (text: string): string => text.replace(/\r\n?/g, '\n').trim()
