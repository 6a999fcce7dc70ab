import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inRange, parseAddress, parseRange } from './ip-range.ts'

const hex = (text: string): string | undefined => {
  const address = parseAddress(text)
  return address && Buffer.from(address).toString('hex')
}

describe('addresses', () => {
  it.each([
    ['10.0.0.1', '0a000001'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:DB8::7', '20010db8000000000000000000000007'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['64:ff9b::10.0.0.1', '0064ff9b00000000000000000a000001'],
    ['::ffff:10.0.0.1', '0a000001'],
    ['::ffff:a00:1', '0a000001'],
  ])('%s is read', (text, bytes) => {
    expect(hex(text)).toBe(bytes)
  })

  it.each([
    ['', '10.0.0', '10.0.0.256', '010.0.0.1', '10.0.0.1 ', '10.0.0.1:80', '0x7f.1', '127.1'],
    ['[::1]', '::1%eth0', '1::2::3', ':::', ':1', '1:', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9'],
    ['1:2:3:4:5:6:7::8', '12345::', 'g::', '10.0.0.1::', '::10.0.0.1:1', '1.2.3.4:5::'],
  ])('%s… are refused', (...texts) => {
    expect(texts.filter((text) => parseAddress(text) !== undefined)).toEqual([])
  })

  it('of four bytes are read back', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(parseAddress(text)?.join('.')).toBe(text)
      }),
      { seed: 1 },
    )
  })

  it('of sixteen bytes are what the platform says', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const theirs = new URL(`http://[${text}]/`).hostname.slice(1, -1)
        expect(hex(text)).toBe(hex(theirs))
      }),
      { seed: 1 },
    )
  })
})

describe('ranges', () => {
  it.each([
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['172.16.0.0/12', '172.31.255.255', true],
    ['172.16.0.0/12', '172.32.0.0', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '::1', false],
    ['10.0.0.7', '10.0.0.7', true],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true],
    ['fc00::/7', 'fdff::1', true],
    ['fe80::/10', 'fec0::1', false],
  ])('%s and %s', (range, text, within) => {
    const parsed = parseRange(range)
    const address = parseAddress(text)
    expect(parsed && address && inRange(address, parsed)).toBe(within)
  })

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/08', '::/129', '::ffff:10.0.0.0/95', '10/8'])(
    '%s is refused',
    (text) => {
      expect(parseRange(text)).toBeUndefined()
    },
  )
})
