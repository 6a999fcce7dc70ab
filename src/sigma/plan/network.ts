/** A range of addresses of one family. IPv4-mapped IPv6 addresses are IPv4 addresses. */
export interface Network {
  readonly family: 4 | 6
  /** The first and the last address. */
  readonly first: bigint
  readonly last: bigint
}

/** An address as a number within its family. */
export interface Address {
  readonly family: 4 | 6
  readonly number: bigint
}

/**
 * What counts as an IPv4 address: four decimal numbers without leading zeros. RE2 runs it too, so
 * that ClickHouse and JavaScript agree on which text is an address.
 */
export const IPV4_SOURCE: string =
  '((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'

/** The number of an IPv4-mapped IPv6 address is this plus the IPv4 address. */
export const MAPPED_BASE = 0xffff_0000_0000n

/** Reads an address. Zones, ports, brackets, spaces and leading zeros in IPv4 are not accepted. */
export const parseAddress = (text: string): Address | undefined => {
  const number = text.includes(':') ? parseV6(text) : undefined
  if (number === undefined) {
    const v4 = parseV4(text)
    return v4 === undefined ? undefined : { family: 4, number: v4 }
  }
  return number >> 32n === MAPPED_BASE >> 32n
    ? { family: 4, number: number - MAPPED_BASE }
    : { family: 6, number }
}

/** Reads `address/bits`. Bits beyond the prefix are ignored; undefined when it is no network. */
export const parseNetwork = (text: string): Network | undefined => {
  const match = /^([^/]+)\/(0|[1-9][0-9]{0,2})$/.exec(text)
  const [, base = '', bits = ''] = match ?? []
  const address = match === null ? undefined : parseAddress(base)
  if (address === undefined) return undefined
  const mapped = address.family === 4 && base.includes(':')
  const prefix = Number(bits) - (mapped ? 96 : 0)
  const width = address.family === 4 ? 32 : 128
  if (prefix < 0 || prefix > width) return undefined
  const free = BigInt(width - prefix)
  const first = (address.number >> free) << free
  return { family: address.family, first, last: first | ((1n << free) - 1n) }
}

const V4 = new RegExp(`^${IPV4_SOURCE}$`)

const parseV4 = (text: string): bigint | undefined => {
  if (text.length > 15 || !V4.test(text)) return undefined
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
}

const parseV6 = (text: string): bigint | undefined => {
  if (text.length > 45) return undefined
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = '', tail] = halves
  const before = groupsOf(head, tail === undefined)
  const after = tail === undefined ? [] : groupsOf(tail, true)
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const zeros = Array.from({ length: missing }, () => 0)
  return [...before, ...zeros, ...after].reduce((sum, group) => (sum << 16n) | BigInt(group), 0n)
}

/** Groups of 16 bits; the last two may be written as an IPv4 address. */
const groupsOf = (text: string, last: boolean): readonly number[] | undefined => {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const v4 = last && index === parts.length - 1 ? parseV4(part) : undefined
    if (v4 === undefined) return undefined
    groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn))
  }
  return groups
}
