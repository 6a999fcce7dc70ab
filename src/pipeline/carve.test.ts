import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Carved, carve } from './carve.ts'

/** What the aliases of the table do, in this language: the URI goes back first, then the id. */
const uncarve = ({ pieces, auditIdAt, uriAt }: Carved, auditID: string, uri: string): string => {
  const rest = Buffer.concat(pieces).toString('latin1')
  const filled = uriAt === 0 ? rest : rest.slice(0, uriAt) + uri + rest.slice(uriAt)
  return auditIdAt === 0 ? filled : filled.slice(0, auditIdAt) + auditID + filled.slice(auditIdAt)
}

const ID = '3f2c1a52-6f0e-4f0e-9d0f-1d8e1c9a7b11'
const URI = '/api/v1/namespaces/shop/pods'

describe('bytes without their audit id and URI', () => {
  it('leave out both where they stand as they are', () => {
    const raw = Buffer.from(`{"auditID":"${ID}","requestURI":"${URI}","verb":"list"}`)
    const carved = carve(raw, ID, URI)
    expect(Buffer.concat(carved.pieces).toString()).toBe(
      '{"auditID":"","requestURI":"","verb":"list"}',
    )
    expect(uncarve(carved, ID, URI)).toBe(raw.toString())
  })

  it('keep what JSON writes otherwise, what is short, and what is not there', () => {
    const raw = Buffer.from(`{"auditID":"short","requestURI":"/api?a=1\\u0026b=2"}`)
    for (const [id, uri] of [
      ['short', '/api?a=1&b=2'],
      [undefined, undefined],
      [ID, URI],
      ['auditID":"short', '\\u0026b=2"'],
    ]) {
      const carved = carve(raw, id, uri)
      expect(carved).toMatchObject({ auditIdAt: 0, uriAt: 0 })
      expect(Buffer.concat(carved.pieces)).toEqual(raw)
    }
  })

  it('come back whole, in whatever order and however often the two stand there', () => {
    const part = fc.constantFrom('{', '"', 'a', ID, URI, ID.slice(0, 20), `${ID}${URI}`, 'é')
    const name = fc.constantFrom(
      ID,
      URI,
      ID.slice(4, 18),
      `${URI}/${ID}`,
      '-6f0e-4f0e-9',
      'aaaaaaaa',
    )
    fc.assert(
      fc.property(fc.array(part), name, name, (parts, auditID, uri) => {
        const raw = Buffer.from(parts.join(''), 'latin1')
        expect(uncarve(carve(raw, auditID, uri), auditID, uri)).toBe(raw.toString('latin1'))
      }),
    )
  })
})
