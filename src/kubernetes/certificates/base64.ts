/** Decodes base64 with padding, ignoring white space; undefined if it is anything else. */
export const decodeBase64 = (text: string): Uint8Array | undefined => {
  const clean = text.replace(/[ \t\r\n]/g, '')
  if (clean.length % 4 !== 0) return undefined
  const padding = clean.endsWith('==') ? 2 : clean.endsWith('=') ? 1 : 0
  const digits = clean.length - padding
  const bytes = new Uint8Array((clean.length / 4) * 3 - padding)
  let held = 0
  let at = 0
  for (let i = 0; i < clean.length; i++) {
    const value = i < digits ? digitOf(clean.charCodeAt(i)) : 0
    if (value < 0) return undefined
    held = (held << 6) | value
    if (i % 4 !== 3) continue
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = held >> shift
    held = 0
  }
  return bytes
}

const digitOf = (code: number): number => {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52
  return code === 0x2b ? 62 : code === 0x2f ? 63 : -1
}
