import { expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { SourceTimes } from './gaps.ts'

const source = { cluster: 'prod', server: 'a', file: 'audit.log' }
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, n) => from + n)

test('a long silence between busy minutes is a gap, with its first and last minute', () => {
  const times = new SourceTimes()
  times.add(source, range(0, 20))
  times.add(source, range(50, 70))
  expect(times.gaps()).toEqual([
    {
      cluster: 'prod',
      server: 'a',
      from: '1970-01-01T00:20:00.000Z',
      to: '1970-01-01T00:50:00.000Z',
    },
  ])
})

test('a source that always speaks rarely has no gap at its usual silence', () => {
  const times = new SourceTimes()
  times.add(
    source,
    range(0, 30).map((n) => n * 15),
  )
  expect(times.gaps()).toEqual([])
})

test('a handful of events is too few to say what is usual', () => {
  const times = new SourceTimes()
  times.add(source, [0, 1000])
  expect(times.gaps()).toEqual([])
})

test('LIMIT.sourceMinutesMax bounds what hostile times can make it keep', () => {
  const times = new SourceTimes()
  const minutes = range(0, LIMIT.sourceMinutesMax)
  times.add(source, minutes)
  expect(times.full()).toEqual([])
  times.add(source, [1e12])
  expect(times.gaps()).toEqual([])
  expect(times.full()).toEqual([source])
})
