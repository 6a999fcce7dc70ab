import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { CANNOT_TELL } from '../../base/truth.ts'
import { describeCases } from '../testing/cases.ts'
import { eventFrom } from '../testing/event.ts'
import { decodeBase64 } from './base64.ts'
import { subjectOfPem } from './certificate-request.ts'
import { readValues, textOf } from './der.ts'
import { certificateOf } from './signing-request.ts'

describeCases(import.meta.url, certificateOf)

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

describe('base64', () => {
  it('is what it was', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (array) => {
        expect(decodeBase64(Buffer.from(array).toString('base64'))).toEqual(array)
      }),
      { seed: 1 },
    )
  })

  it.each(['a', 'ab', 'abc', '====', 'a===', 'ab-_', 'ab=c'])('%s is none', (text) => {
    expect(decodeBase64(text)).toBeUndefined()
  })
})

describe('DER', () => {
  it.each([
    ['0500', 1],
    ['05000500', 2],
    [`04${'8180'}${'00'.repeat(128)}`, 1],
  ])('%.12s… is %i values', (hex, count) => {
    expect(readValues(bytes(hex))?.length).toBe(count)
  })

  it.each([
    ['a length cut off', '04'],
    ['content cut off', '0402ff'],
    ['a length that is not the shortest', '04810100'],
    ['an indefinite length', '048000000000'],
    ['a length of five bytes', '04850000000001ff'],
    ['a length beyond the end of numbers', '0484ffffffff'],
    ['a tag of several bytes', '1f810100'],
  ])('%s is refused', (_title, hex) => {
    expect(readValues(bytes(hex))).toBeUndefined()
  })

  it('reads texts of the kinds that names are written in', () => {
    const text = (tag: number, hex: string) => textOf({ tag, bytes: bytes(hex) })
    expect(text(0x0c, 'c3a9')).toBe('é')
    expect(text(0x0c, 'ff')).toBeUndefined()
    expect(text(0x13, '6576')).toBe('ev')
    expect(text(0x13, 'e9')).toBeUndefined()
    expect(text(0x14, 'e9')).toBe('é')
    expect(text(0x1e, '00650076')).toBe('ev')
    expect(text(0x1e, '006500')).toBeUndefined()
    expect(text(0x02, '01')).toBeUndefined()
  })
})

describe('a certificate request', () => {
  it('is looked for to the end, and no further', () => {
    const block = (label: string, body: string) =>
      `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
    for (const pem of ['', '-----BEGIN ', block('A', '!'), block('A', '!').repeat(2_000)]) {
      expect(subjectOfPem(pem)).toBeUndefined()
    }
    expect(subjectOfPem(`-----BEGIN A-----\n`.repeat(4_000))).toBeUndefined()
  })

  it('is read whatever it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (array) => {
        const text = Buffer.from(array).toString('base64')
        const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----`
        expect(() => subjectOfPem(pem)).not.toThrow()
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it('longer than LIMIT.certificateRequestBytesMax cannot be told', () => {
    const commonNameOf = (length: number) => {
      const facts = certificateOf(
        eventFrom({
          verb: 'create',
          objectRef: { resource: 'certificatesigningrequests', apiGroup: 'certificates.k8s.io' },
          requestObject: { spec: { request: 'A'.repeat(length) } },
        }),
      )
      return facts === undefined || facts === CANNOT_TELL ? facts : facts.commonName
    }
    expect(commonNameOf(LIMIT.certificateRequestBytesMax)).toBeUndefined()
    expect(commonNameOf(LIMIT.certificateRequestBytesMax + 4)).toBe(CANNOT_TELL)
  })
})
