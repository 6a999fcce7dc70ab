import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { PART } from '../../model/blindness.ts'
import type { RequestInfo } from '../request-info/request-info.ts'
import { eventFrom } from '../testing/event.ts'
import { policyRequestOf } from './event-request.ts'

interface Answer extends RequestInfo {
  readonly method: string
  readonly requestURI: string
  readonly error?: string
  readonly unparsable?: string
}

const EXCERPT = new URL('../request-info/fixtures/upstream-excerpt.ndjson', import.meta.url)
const ALL = new URL('../../../../shared/corpus/upstream/request-info.ndjson.gz', import.meta.url)

/** How many answers are those of requests that leave an event. */
const check = (text: string): number => {
  const answers: readonly Answer[] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const logged = answers.filter((one) => one.error === undefined && one.unparsable === undefined)
  for (const answer of logged) checkOne(answer)
  return logged.length
}

const checkOne = ({ requestURI, verb, path, isResource, ...answer }: Answer): void => {
  const { request, unknown } = policyRequestOf(eventFrom({ requestURI, verb }))
  const { apiGroup: group, resource, subresource, namespace, name } = answer
  const about = isResource ? { group, resource, subresource, namespace, name } : undefined
  expect(request.verb, requestURI).toBe(verb)
  expect(request.resource, requestURI).toEqual(about)
  if (unknown === 0) expect(request.path, requestURI).toBe(path)
  else expect([unknown, verb], requestURI).toEqual([PART.requestURI, 'connect'])
}

describe('the request of an event, read from its verb and requestURI alone', () => {
  it('is what Kubernetes itself had read: an excerpt', () => {
    expect(check(readFileSync(EXCERPT, 'utf8'))).toBeGreaterThan(40)
  })

  it.skipIf(!existsSync(ALL))('is so in all answers (needs ../shared/corpus)', () => {
    expect(check(gunzipSync(readFileSync(ALL)).toString())).toBeGreaterThan(250)
  })
})
