import { describe, expect, it } from 'vitest'
import { parseRange } from '../../base/ip-range.ts'
import { LIMIT } from '../../base/limit.ts'
import { describeCases } from '../testing/cases.ts'
import { type EventText, eventFrom } from '../testing/event.ts'
import { peerOf } from './peer.ts'
import { forwardedSignalsOf, spoofSignalsOf } from './spoof-signals.ts'

const ranges = (texts: unknown) =>
  (Array.isArray(texts) ? texts : []).flatMap((text) => parseRange(String(text)) ?? [])

describeCases(import.meta.url, (event, { input }) => {
  const networks = { proxies: ranges(input?.proxies), cluster: ranges(input?.cluster) }
  const peer = peerOf(event.sourceIPs, networks)
  return {
    peer,
    signals: spoofSignalsOf(event, peer),
    forwarded: forwardedSignalsOf(event, peer),
  }
})

const signalsOf = (text: EventText): readonly string[] => {
  const event = eventFrom(text)
  return spoofSignalsOf(event, peerOf(event.sourceIPs, { proxies: [], cluster: [] }))
}

describe('the size of an event', () => {
  const length = LIMIT.metadataEventBytesUsual + 1
  const userAgent = 'x'.repeat(length)

  it('is a signal at Metadata', () => {
    expect(signalsOf({ level: 'Metadata', length, userAgent })).toContain('oversize')
    expect(signalsOf({ level: 'Request', length, userAgent })).toEqual([])
  })

  it('counts what takes six bytes in JSON as six', () => {
    const requestURI = `/${'<'.repeat(length / 6)}`
    expect(signalsOf({ level: 'Metadata', length, requestURI })).toContain('oversize')
  })

  it('is not that of a record which holds other events too', () => {
    expect(signalsOf({ level: 'Metadata', length: 10 * length })).toEqual([])
  })
})

describe('forwarded addresses', () => {
  const chain = (length: number) =>
    signalsOf({ sourceIPs: Array.from({ length }, (_, at) => `8.8.8.${at}`) })

  it('are many above LIMIT.forwardedAddressesUsual', () => {
    expect(chain(LIMIT.forwardedAddressesUsual)).toEqual(['forwarded-chain'])
    expect(chain(LIMIT.forwardedAddressesUsual + 1)).toContain('forwarded-many')
  })
})
