import { describe, expect, test } from 'vitest'
import { decoded, line } from './testing/decoded.ts'

const ids = (input: string | Uint8Array): readonly (string | undefined)[] =>
  decoded(input).events.map((event) => event.auditID)

/** Every byte from `from` on is in an event or in an issue, or stands between two. */
const accounted = (input: Buffer, from = 0): void => {
  const { events, issues } = decoded(input)
  const covered = new Uint8Array(input.length)
  for (const { origin } of events) covered.fill(1, origin.offset, origin.offset + origin.length)
  for (const { at } of issues) {
    covered.fill(1, at.offset ?? 0, (at.offset ?? 0) + (at.length ?? 0))
  }
  for (const [at, byte] of input.entries()) {
    if (covered[at] === 0 && at >= from)
      expect(String.fromCharCode(byte), `byte ${at}`).toMatch(/[\s,]/)
  }
}

const FIRST = line({ auditID: '1', userAgent: 'a "quoted" \\ – ü \u{1f600} {"kind":"Event"' })
const SECOND = line({
  auditID: '2',
  requestObject: { kind: 'Event', apiVersion: 'v1', note: 'x', list: [1, { a: null }, -1.5e3] },
})
const THIRD = line({ auditID: '3', level: 'Metadata' })
const NEXT = line({ auditID: 'next' })

describe('a file that ends in the middle (F13)', () => {
  const file = Buffer.from(`${FIRST}\n${SECOND}\n${THIRD}\n`)
  const ends = [FIRST, SECOND, THIRD].map((one) => Buffer.byteLength(one))
  const whole = (cut: number): readonly string[] => {
    const found: string[] = []
    let end = 0
    for (const [index, length] of ends.entries()) {
      if (cut >= end + length) found.push(String(index + 1))
      end += length + 1
    }
    return found
  }

  test('cut at every byte: the whole events come out, the rest is an issue', () => {
    for (let cut = 0; cut <= file.length; cut += 1) {
      const part = file.subarray(0, cut)
      expect(ids(part), `cut at ${cut}`).toEqual(whole(cut))
      accounted(part)
    }
  })

  test('cut at every byte and the next event glued on: it is found', () => {
    for (let cut = 0; cut <= file.length; cut += 1) {
      const glued = Buffer.concat([file.subarray(0, cut), Buffer.from(`${NEXT}\n`)])
      expect(ids(glued), `cut at ${cut}`).toEqual([...whole(cut), 'next'])
      accounted(glued)
    }
  })

  test('cut at every byte, a newline, and the next event', () => {
    for (let cut = 0; cut <= file.length; cut += 1) {
      const next = Buffer.concat([file.subarray(0, cut), Buffer.from(`\n${NEXT}\n`)])
      expect(ids(next), `cut at ${cut}`).toEqual([...whole(cut), 'next'])
      accounted(next)
    }
  })

  test('cut at every byte and zeros as a crash leaves them', () => {
    for (let cut = 0; cut <= file.length; cut += 1) {
      const zeros = Buffer.concat([file.subarray(0, cut), Buffer.alloc(70), Buffer.from(NEXT)])
      expect(ids(zeros), `cut at ${cut}`).toEqual([...whole(cut), 'next'])
      accounted(zeros)
    }
  })
})

describe('an object inside a record', () => {
  const fake = { ...JSON.parse(line({ auditID: 'fake' })) }
  const record = line({ auditID: 'real', requestObject: { spec: { list: [fake, fake] } } })

  test('is no event when the record is intact', () => {
    expect(ids(`${record}\n`)).toEqual(['real'])
  })

  test('is no event wherever the record is cut', () => {
    for (let cut = 0; cut < record.length; cut += 1) {
      expect(ids(record.slice(0, cut)), `cut at ${cut}`).toEqual([])
      expect(ids(`${record.slice(0, cut)}${NEXT}\n`), `glued at ${cut}`).toEqual(['next'])
    }
  })

  test('is no event in a list of objects that is no list of records', () => {
    const list = JSON.stringify({ kind: 'PodList', items: [{ metadata: {}, spec: fake }] })
    expect(ids(list)).toEqual([])
  })
})

describe('more on a line', () => {
  test('three events without a newline between', () => {
    expect(ids(`${FIRST}${SECOND}${THIRD}`)).toEqual(['1', '2', '3'])
  })

  test('a torn one, two whole ones', () => {
    expect(ids(`${FIRST.slice(0, 100)}${SECOND}${THIRD}\n`)).toEqual(['2', '3'])
  })

  test('two torn ones and a whole one', () => {
    const { events, codes } = decoded(`${FIRST.slice(0, 99)}${SECOND.slice(0, 55)}${THIRD}\n`)
    expect(events.map((event) => event.auditID)).toEqual(['3'])
    expect(codes).toEqual(['decode/torn', 'decode/torn'])
  })

  test('pretty-printed, cut, and followed by a whole one', () => {
    const pretty = JSON.stringify(JSON.parse(FIRST), undefined, 2)
    const { events, codes } = decoded(`${pretty}\n${pretty.slice(0, 400)}\n${NEXT}\n`)
    expect(events.map((event) => event.auditID)).toEqual(['1', 'next'])
    expect(codes).toEqual(['decode/torn'])
  })

  test('a torn EventList gives the items before and the records after', () => {
    const list = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[`
    const torn = `${list}${FIRST},${SECOND},${THIRD.slice(0, 200)}\n${NEXT}\n`
    const { events, codes } = decoded(torn)
    expect(events.map((event) => event.auditID)).toEqual(['1', '2', 'next'])
    expect(codes).toEqual(['decode/torn'])
    for (let cut = list.length; cut < torn.length; cut += 7)
      accounted(Buffer.from(torn).subarray(0, cut), list.length)
  })
})
