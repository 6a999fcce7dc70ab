import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { YES } from '../../base/truth.ts'
import { compileRules } from '../../detect/compile.ts'
import { enrich } from '../../enrich/enrich.ts'
import { decodeOne } from '../judge-case.ts'
import { convertFalco } from './falco-to-sigma.ts'

/** An event, as far as the conditions of this test look. */
interface Made {
  readonly verb: string
  readonly user: string
  readonly name: string
  /** Absent in most events. */
  readonly impersonated: string | undefined
  readonly groups: readonly string[]
  readonly code: number
  readonly images: readonly string[]
}

/** A condition as text, and what Falco says of an event by it: the slow, obvious way. */
interface Sample {
  readonly text: string
  readonly holds: (event: Made) => boolean
}

const NAMES = ['alice', 'Alice', 'bob', 'web-*', 'a?b', 'a\\b', 'system:x']
const IMAGES = ['nginx', 'nginx:1', 'quay.io/a/nginx@sha256:00', 'evil']

const names = fc.constantFrom(...NAMES)
const quoted = (text: string): string => JSON.stringify(text)
const list = (texts: readonly string[]): string => `(${texts.map(quoted).join(', ')})`

const FIELDS: readonly (readonly [string, (event: Made) => string | undefined])[] = [
  ['ka.user.name', (event) => event.user],
  ['ka.target.name', (event) => event.name],
  ['ka.impuser.name', (event) => event.impersonated],
]

const OPERATORS: Readonly<Record<string, (value: string, text: string) => boolean>> = {
  '=': (value, text) => value === text,
  '!=': (value, text) => value !== text,
  contains: (value, text) => value.includes(text),
  icontains: (value, text) => value.toLowerCase().includes(text.toLowerCase()),
  startswith: (value, text) => value.startsWith(text),
  endswith: (value, text) => value.endsWith(text),
}

/** Of an absent field every comparison is false. */
const scalar: fc.Arbitrary<Sample> = fc
  .tuple(fc.constantFrom(...FIELDS), fc.constantFrom(...Object.keys(OPERATORS)), names)
  .map(([[field, read], operator, text]) => ({
    text: `${field} ${operator} ${quoted(text)}`,
    holds: (event) => {
      const value = read(event)
      return value !== undefined && (OPERATORS[operator]?.(value, text) ?? false)
    },
  }))

const some: fc.Arbitrary<Sample> = fc
  .tuple(fc.constantFrom(...FIELDS), fc.array(names, { maxLength: 3 }))
  .map(([[field, read], texts]) => ({
    text: `${field} in ${list(texts)}`,
    holds: (event) => texts.includes(read(event) ?? '\0'),
  }))

const exists: fc.Arbitrary<Sample> = fc.constantFrom(...FIELDS).map(([field, read]) => ({
  text: `${field} exists`,
  holds: (event) => read(event) !== undefined,
}))

const verb: fc.Arbitrary<Sample> = fc.constantFrom('get', 'create', 'list').map((word) => ({
  text: `ka.verb=${word}`,
  holds: (event) => event.verb === word,
}))

const code: fc.Arbitrary<Sample> = fc.constantFrom('2', '40', '403').map((digits) => ({
  text: `ka.response.code startswith ${digits}`,
  holds: (event) => String(event.code).startsWith(digits),
}))

const groups: fc.Arbitrary<Sample> = fc
  .array(names, { minLength: 1, maxLength: 2 })
  .map((texts) => ({
    text: `ka.user.groups intersects ${list(texts)}`,
    holds: (event) => event.groups.some((group) => texts.includes(group)),
  }))

/** `in` asks that there are some, and that all of them are in the list. */
const images: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom('in', 'intersects'),
    fc.array(fc.constantFrom(...IMAGES), { maxLength: 3 }),
  )
  .map(([operator, texts]) => ({
    text: `ka.req.pod.containers.image ${operator} ${list(texts)}`,
    holds: (event) =>
      operator === 'in'
        ? event.images.length > 0 && event.images.every((image) => texts.includes(image))
        : event.images.some((image) => texts.includes(image)),
  }))

const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    fc.oneof(scalar, some, exists, verb, code, groups, images),
    tie('sample').map(
      ({ text, holds }): Sample => ({
        text: `not (${text})`,
        holds: (event) => !holds(event),
      }),
    ),
    fc.array(tie('sample'), { minLength: 2, maxLength: 3 }).map(
      (parts): Sample => ({
        text: parts.map(({ text }) => `(${text})`).join(' and '),
        holds: (event) => parts.every(({ holds }) => holds(event)),
      }),
    ),
    fc.array(tie('sample'), { minLength: 2, maxLength: 3 }).map(
      (parts): Sample => ({
        text: parts.map(({ text }) => `(${text})`).join(' or '),
        holds: (event) => parts.some(({ holds }) => holds(event)),
      }),
    ),
  ),
}))

/** Only a request that writes has a body. */
const made: fc.Arbitrary<Made> = fc
  .record({
    verb: fc.constantFrom('get', 'create', 'list'),
    user: names,
    name: names,
    impersonated: fc.option(names, { nil: undefined }),
    groups: fc.array(names, { maxLength: 2 }),
    code: fc.constantFrom(200, 201, 403, 404, 500),
    images: fc.array(fc.constantFrom(...IMAGES), { maxLength: 2 }),
  })
  .map((event) => (event.verb === 'create' ? event : { ...event, images: [] }))

const bodyOf = ({ name, images: own }: Made): object => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name },
  spec: { containers: own.map((image, i) => ({ name: `c${i}`, image })) },
})

const eventOf = (event: Made): ReturnType<typeof decodeOne> =>
  decodeOne(
    JSON.stringify({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Request',
      auditID: '3f2c1a52-6f0e-4f0e-9d0f-1d8e1c9a7b11',
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/shop/pods',
      verb: event.verb,
      user: { username: event.user, groups: event.groups },
      ...(event.impersonated === undefined
        ? {}
        : { impersonatedUser: { username: event.impersonated } }),
      sourceIPs: ['10.0.0.7'],
      objectRef: { resource: 'pods', namespace: 'shop', name: event.name, apiVersion: 'v1' },
      responseStatus: { code: event.code },
      ...(event.verb === 'create' ? { requestObject: bodyOf(event) } : {}),
      requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
      stageTimestamp: '2026-11-20T10:00:00.100000Z',
    }),
  )

describe('a converted rule', () => {
  it('says of every event what Falco says', () => {
    let converted = 0
    const property = fc.property(
      sample,
      fc.array(made, { minLength: 1, maxLength: 4 }),
      ({ text, holds }, events) => {
        const items = [{ rule: 'r', condition: text, source: 'k8s_audit' }]
        const [rule] = convertFalco([{ file: 'a.yaml', text: JSON.stringify(items) }]).rules
        const never = rule?.notes.some((note) => note.startsWith('it never matches'))
        if (never !== true) expect(rule?.sigma).toBeDefined()
        const set = compileRules([{ file: 'r.yaml', text: rule?.sigma ?? '' }])
        expect(set.issues).toEqual([])
        converted += set.rules.length
        for (const one of events) {
          const event = eventOf(one)
          if (typeof event === 'string') throw new Error(event)
          const isMatch = never !== true && set.rules[0]?.test(enrich(event)) === YES
          expect([isMatch, text, rule?.sigma, one]).toEqual([holds(one), text, rule?.sigma, one])
        }
      },
    )
    fc.assert(property, { seed: 20261121, numRuns: 400 })
    expect(converted).toBeGreaterThan(300)
  })
})
