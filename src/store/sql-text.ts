/** A name as ClickHouse reads it in a statement, whatever is in it. */
export const quotedName = (name: string): string => `\`${name.replaceAll(/[\\`]/g, '\\$&')}\``

/** A text as ClickHouse reads it in a statement. */
export const quotedText = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`
