import { describe, expect, it } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { CANNOT_TELL } from '../base/truth.ts'
import { describeCases } from '../kubernetes/testing/cases.ts'
import { eventFrom } from '../kubernetes/testing/event.ts'
import type { AuditEvent } from '../model/event.ts'
import { type EnrichOptions, enrich } from './enrich.ts'
import { readNetworks } from './networks.ts'
import { valuesAt } from './path-values.ts'

describeCases(import.meta.url, (event, { input }) => {
  if (input?.path === undefined) return enrich(event, input?.options as EnrichOptions | undefined)
  const body = typeof input.body === 'string' ? JSON.parse(input.body) : input.body
  return enrich({ ...event, requestObject: body ?? undefined }).at('requestObject', `${input.path}`)
})

describe('a path too far (N4)', () => {
  const nested = (depth: number): unknown => {
    let body: unknown = 1
    for (let i = 0; i < depth; i++) body = [body]
    return { a: body }
  }

  it('in depth cannot be told', () => {
    expect(valuesAt(nested(LIMIT.jsonDepthMax - 1), 'a')).toEqual([1])
    expect(valuesAt(nested(LIMIT.jsonDepthMax), 'a')).toBe(CANNOT_TELL)
    expect(valuesAt(nested(100_000), 'a')).toBe(CANNOT_TELL)
  })

  it('in number cannot be told', () => {
    const values = (count: number) => valuesAt({ a: new Array(count).fill(0) }, 'a')
    expect(values(LIMIT.pathValuesMax)).toHaveLength(LIMIT.pathValuesMax)
    expect(values(LIMIT.pathValuesMax + 1)).toBe(CANNOT_TELL)
  })
})

describe('enriching', () => {
  const counted = (): { event: AuditEvent; reads: () => number } => {
    let reads = 0
    const event = Object.defineProperty(
      eventFrom({ verb: 'create', objectRef: { resource: 'pods' } }),
      'requestObject',
      {
        get: () => {
          reads++
          return { kind: 'Pod', spec: {} }
        },
      },
    )
    return { event, reads: () => reads }
  }

  it('reads nothing until it is asked, and then once', () => {
    const { event, reads } = counted()
    const facts = enrich(event)
    expect([facts.actor.kind, facts.exec, facts.binding, reads()]).toEqual([
      'human',
      undefined,
      undefined,
      0,
    ])
    const pod = facts.pod
    const once = reads()
    expect(once).toBeGreaterThan(0)
    expect([facts.pod, facts.pod].every((again) => again === pod)).toBe(true)
    expect(reads()).toBe(once)
  })

  it('keeps every part', () => {
    const facts = enrich(eventFrom({}))
    expect(facts.actor).toBe(facts.actor)
    expect(facts.peer).toBe(facts.peer)
    expect(facts.request).toBe(facts.request)
    expect(facts.spoofSignals).toBe(facts.spoofSignals)
  })
})

describe('ranges', () => {
  it('that are none are issues, and the others are used', () => {
    const { networks, issues } = readNetworks({
      proxies: ['10.0.0.0/8', '10.0.0.0/99'],
      clusterRanges: ['all'],
    })
    expect(issues.map((issue) => issue.code)).toEqual(['enrich/bad-range', 'enrich/bad-range'])
    expect(issues.map((issue) => issue.message).join()).toContain('"10.0.0.0/99"')
    expect([networks.proxies.length, networks.cluster.length]).toEqual([1, 0])
  })
})
