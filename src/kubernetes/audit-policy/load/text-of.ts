/** The text of a file: UTF-16 with a mark, else UTF-8. A mark at the start is no part of it. */
export const textOf = (bytes: Uint8Array): string => {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

/** Whether the API server reads a text as JSON and nothing else. */
export const isJson = (text: string): boolean => JSON_START.test(text)

/** White space as Go has it: a byte-order mark is none. */
const JSON_START = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*\{/
