/** The text of a policy file, for people and editors: UTF-16 with a mark, else UTF-8. */
export const textOf = (bytes: Uint8Array): string => {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}

/** Whether the API server reads a text as JSON and nothing else: it begins with a brace. */
export const isJson = (text: string): boolean => JSON_START.test(text)

/** White space as Go has it, of which a byte-order mark is none. */
const JSON_START = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*\{/
