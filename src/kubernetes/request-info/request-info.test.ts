import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { describeCases } from '../testing/cases.ts'
import { labelSelectorIsValid } from './label-selector.ts'
import { requestFactsOf } from './request-facts.ts'
import { readRequest } from './request-info.ts'

describeCases(import.meta.url, (event, { input }) =>
  input === undefined
    ? requestFactsOf(event)
    : readRequest(String(input.method), String(input.target)),
)

interface Answer {
  readonly method: string
  readonly target: string
  readonly requestURI: string
  readonly secondParseEqual: boolean
  readonly error?: string
  readonly unparsable?: string
}

const KEYS = [
  ...['path', 'verb', 'isResource', 'apiPrefix', 'apiGroup', 'apiVersion', 'namespace'],
  ...['resource', 'subresource', 'name', 'parts', 'longRunning', 'fieldSelector', 'labelSelector'],
]

const EXCERPT = new URL('fixtures/upstream-excerpt.ndjson', import.meta.url)
const UPSTREAM = new URL('../../../../shared/corpus/upstream/', import.meta.url)

const check = (lines: string): number => {
  const answers = lines.trim().split('\n')
  for (const line of answers) checkOne(JSON.parse(line))
  return answers.length
}

const checkOne = (answer: Answer): void => {
  const exists = answer.error === undefined && answer.unparsable === undefined
  const said = Object.entries(answer).filter(([key]) => KEYS.includes(key))
  const wanted = exists ? Object.fromEntries(said) : undefined
  expect(read(answer.method, answer.target), answer.target).toEqual(wanted)
  // The event's requestURI says the same as the target did.
  if (answer.secondParseEqual) {
    expect(read(answer.method, answer.requestURI), answer.requestURI).toEqual(wanted)
  }
}

const read = (method: string, target: string): unknown => {
  const info = readRequest(method, target)
  if (info === undefined) return undefined
  const shown = Object.entries(info).filter(
    ([key, value]) => KEYS.includes(key) && value !== undefined,
  )
  return Object.fromEntries(shown)
}

describe('the answers of Kubernetes itself', () => {
  it('are ours: an excerpt', () => {
    expect(check(readFileSync(EXCERPT, 'utf8'))).toBe(60)
  })

  const all = new URL('request-info.ndjson.gz', UPSTREAM)
  it.skipIf(!existsSync(all))('are ours: all of them (needs ../shared/corpus)', () => {
    expect(check(gunzipSync(readFileSync(all)).toString())).toBeGreaterThan(290)
  })

  const labels = new URL('labels.ndjson.gz', UPSTREAM)
  it.skipIf(!existsSync(labels))('label selectors too (needs ../shared/corpus)', () => {
    const lines = gunzipSync(readFileSync(labels)).toString().trim().split('\n')
    const texts = lines.map((line) => JSON.parse(line)).filter((one) => one.kind === 'text')
    for (const one of texts) {
      expect(labelSelectorIsValid(one.text ?? ''), line(one)).toBe(one.error === undefined)
    }
    expect(texts.length).toBeGreaterThan(20)
  })
})

const line = (one: unknown): string => JSON.stringify(one).slice(0, 200)
