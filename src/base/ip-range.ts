/** A parsed address: 4 or 16 bytes. An IPv4-mapped IPv6 address is its IPv4 address. */
export type Address = Uint8Array

/** A CIDR range. An IPv4-mapped range is its IPv4 range. */
export interface IpRange {
  readonly address: Address
  readonly bits: number
}

/** Reads an IPv4 or IPv6 address as text, strictly: no ports, zones, brackets or leading zeros. */
export const parseAddress = (text: string): Address | undefined => {
  if (text.length > 45) return undefined
  return text.includes(':') ? unmapped(parseV6(text)) : parseV4(text)
}

/** Reads `address/bits`, or an address alone for a range of one. Bits below the mask may be set. */
export const parseRange = (text: string): IpRange | undefined => {
  const slash = text.indexOf('/')
  const host = slash < 0 ? text : text.slice(0, slash)
  const address = parseAddress(host)
  if (address === undefined) return undefined
  if (slash < 0) return { address, bits: address.length * 8 }
  const digits = text.slice(slash + 1)
  if (!/^(0|[1-9]\d{0,2})$/.test(digits)) return undefined
  const bits = Number(digits) - (address.length === 4 && host.includes(':') ? 96 : 0)
  return bits >= 0 && bits <= address.length * 8 ? { address, bits } : undefined
}

/** Whether the address lies in the range; families never mix. */
export const inRange = (address: Address, range: IpRange): boolean => {
  if (address.length !== range.address.length) return false
  const whole = range.bits >> 3
  for (let i = 0; i < whole; i++) if (address[i] !== range.address[i]) return false
  const rest = range.bits & 7
  if (rest === 0) return true
  const mask = 0xff << (8 - rest)
  return ((address[whole] ?? 0) & mask) === ((range.address[whole] ?? 0) & mask)
}

/** Whether the address lies in one of the ranges. */
export const inRanges = (address: Address, ranges: readonly IpRange[]): boolean => {
  for (const range of ranges) if (inRange(address, range)) return true
  return false
}

/** Four numbers of up to three digits, without leading zeros. By hand: it runs for every event. */
const parseV4 = (text: string): Address | undefined => {
  if (text.length < 7 || text.length > 15) return undefined
  const bytes = new Uint8Array(4)
  let at = 0
  let value = 0
  let digits = 0
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : DOT
    if (code === DOT) {
      if (digits === 0 || value > 255 || at > 3) return undefined
      bytes[at++] = value
      value = 0
      digits = 0
    } else if (code < ZERO || code > NINE || (digits > 0 && value === 0) || ++digits > 3) {
      return undefined
    } else value = value * 10 + code - ZERO
  }
  return at === 4 ? bytes : undefined
}

const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39

const parseV6 = (text: string): Address | undefined => {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = readGroups(halves[0] ?? '', halves.length === 1)
  const tail = halves.length === 2 ? readGroups(halves[1] ?? '', true) : []
  if (head === undefined || tail === undefined) return undefined
  const length = head.length + tail.length
  if (halves.length === 1 ? length !== 16 : length > 14) return undefined
  const bytes = new Uint8Array(16)
  bytes.set(head, 0)
  bytes.set(tail, 16 - tail.length)
  return bytes
}

/**
 * Groups of hexadecimal digits as bytes; at the end of the text the last may be an IPv4 address.
 */
const readGroups = (text: string, atEnd: boolean): number[] | undefined => {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    } else {
      const tail = atEnd && index === groups.length - 1 ? parseV4(group) : undefined
      if (tail === undefined) return undefined
      bytes.push(...tail)
    }
  }
  return bytes
}

const unmapped = (address: Address | undefined): Address | undefined => {
  if (address === undefined) return undefined
  for (let i = 0; i < 10; i++) if (address[i] !== 0) return address
  return address[10] === 0xff && address[11] === 0xff ? address.slice(12) : address
}
