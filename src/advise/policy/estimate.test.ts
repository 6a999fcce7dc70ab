import { expect, test } from 'vitest'
import { type EstimateRequest, estimate, type FigureName } from './estimate.ts'

const DAY: EstimateRequest = {
  bytesPerDay: 86_400_000,
  eventBytes: 1_000,
  masters: 2,
  retentionDays: 100,
  copies: 2,
  compression: 8,
  price: 0.5,
  peak: 4,
  file: { maxSize: 100, maxBackup: 9, maxAge: 0 },
  webhook: { bufferSize: 10_000, batchMaxSize: 400, throttleQps: 10 },
}

const figureOf = (name: FigureName, more: Partial<EstimateRequest> = {}): number | undefined =>
  estimate({ ...DAY, ...more }).find((figure) => figure.name === name)?.value

test('the rate is spread over the day', () => {
  expect(figureOf('eventsPerSecond')).toBe(1)
})

test('what is stored, and what that costs', () => {
  expect(figureOf('storedPerDay')).toBe(10_800_000)
  expect(figureOf('stored')).toBe(2_160_000_000)
  expect(figureOf('moneyPerMonth')).toBeCloseTo((2_160_000_000 / 1024 ** 3) * 0.5)
  expect(figureOf('moneyPerMonth', { price: undefined })).toBeUndefined()
})

test('what the files of an API server hold, at the rate of one of them', () => {
  const history = 1_000 * 1024 ** 2
  expect(figureOf('fileHistory')).toBe(history)
  expect(figureOf('fileHistoryMinutes')).toBeCloseTo(history / 30_000)
  expect(figureOf('fileHistoryPeakMinutes')).toBeCloseTo(history / 120_000)
  expect(figureOf('floodRequests')).toBe(175)
})

test('no file is kept longer than maxage', () => {
  const file = { ...DAY.file, maxAge: 1 }
  expect(figureOf('fileHistoryMinutes', { file })).toBe(1_440)
  expect(figureOf('fileHistoryPeakMinutes', { file })).toBe(1_440)
})

test.each([
  { maxSize: 0, maxBackup: 9, maxAge: 9 },
  { maxSize: 100, maxBackup: 0, maxAge: 0 },
])('what nothing deletes grows without end: %j', (file) => {
  const names = estimate({ ...DAY, file }).map(({ name }) => name)
  expect(names.filter((name) => /^(file|flood)/.test(name))).toEqual(['fileGrowth'])
  expect(figureOf('fileGrowth', { file })).toBe(43_200_000)
})

test('what is deleted by its age alone is kept so long, and nobody pushes it out', () => {
  const file = { maxSize: 100, maxBackup: 0, maxAge: 7 }
  expect(figureOf('fileHistory', { file })).toBe(7 * 43_200_000 + 100 * 1024 ** 2)
  expect(figureOf('fileHistoryMinutes', { file })).toBe(7 * 1_440)
  expect(figureOf('fileHistoryPeakMinutes', { file })).toBe(7 * 1_440)
  expect(figureOf('floodRequests', { file })).toBeUndefined()
})

test('the history of CIS at 1,000 events a second: about seven minutes', () => {
  const bytesPerDay = 2_500 * 1_000 * 86_400
  const file = { maxSize: 100, maxBackup: 10, maxAge: 30 }
  expect(figureOf('fileHistoryMinutes', { bytesPerDay, masters: 1, file })).toBeCloseTo(7.69, 2)
})

test('memory of the webhook: its buffer, and what the throttle lets through', () => {
  expect(figureOf('webhookBuffer')).toBe(10_000_000)
  expect(figureOf('webhookInFlight')).toBe(2 * 248 * 1_000)
  const flood = { bytesPerDay: 86_400 * 1e9, masters: 1 }
  expect(figureOf('webhookInFlight', flood)).toBe(4_000 * 248 * 1_000)
})

test('each figure says how it was computed', () => {
  for (const { how, about, value } of estimate(DAY)) {
    expect([how.length > 10, about.length > 10, value > 0]).toEqual([true, true, true])
  }
})
