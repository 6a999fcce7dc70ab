import { describe, expect, it } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import type { AuditEvent, ObjectRef } from '../model/event.ts'
import type { Finding } from '../model/finding.ts'
import { compileRules } from './compile.ts'
import { describeMatch, type Mask, reasonsFor } from './describe.ts'
import { testEvent, testFacts } from './testing.ts'

const RULE = `
title: Pod read
id: 11111111-1111-4111-8111-111111111111
status: test
logsource: { product: kubernetes, service: audit }
level: low
detection:
  selection:
    verb: get
    userAgent|startswith: k
  condition: selection
summary: '{actor.name} read {objectRef.namespace}/{objectRef.name} with {userAgent}, {exec.command}'
`

const described = (text: string, event: AuditEvent, mask: Mask): Finding => {
  const [rule] = compileRules([{ file: 'a.yaml', text }]).rules
  if (rule === undefined) throw new Error('the rule was refused')
  return describeMatch(rule, testFacts(event), mask)
}

const plain: Mask = (_, text) => text

const found = (userAgent: string, mask = plain): Finding =>
  described(RULE, testEvent({ userAgent }), mask)

const NOTHING: ObjectRef = {
  resource: undefined,
  namespace: undefined,
  name: undefined,
  uid: undefined,
  apiGroup: undefined,
  apiVersion: undefined,
  resourceVersion: undefined,
  subresource: undefined,
}

const sentence = (template: string, about: Partial<ObjectRef> | undefined): string => {
  const objectRef = about && { ...NOTHING, ...about }
  const text = RULE.replace(/^summary: .*/m, `summary: '${template}'`)
  return described(text, testEvent({ userAgent: 'k', objectRef }), plain).reason.split('.')[0] ?? ''
}

describe('a match is described', () => {
  it('by the rule’s sentence, where a field without a value is a dash, and what decided', () => {
    expect(found('kubectl').reason).toBe(
      'alice read shop/web with kubectl, -. Decided by verb = get; userAgent = kubectl.',
    )
  })

  it.each([
    [
      'read pod[ {target}]',
      { resource: 'pods', namespace: 'shop', name: 'web' },
      'read pod shop/web',
    ],
    ['read pod[ {target}]', { resource: 'pods', namespace: 'shop' }, 'read pod in shop'],
    ['read node[ {target}]', { resource: 'nodes', name: 'n1' }, 'read node n1'],
    ['read pods[ {target}| everywhere]', { resource: 'pods' }, 'read pods everywhere'],
    ['ran ["{exec.command}"|a command][ in {exec.container}]', undefined, 'ran a command'],
    ['has[ {pod.containers[].image}| none] of [it]', undefined, 'has none of [it]'],
  ])('by “%s”, which leaves out what is not known', (template, objectRef, expected) => {
    expect(sentence(template, objectRef)).toBe(expected)
  })

  it('by the fields that decided, each with who decides its value', () => {
    expect(found('kubectl').fields).toEqual([
      { name: 'verb', value: 'get', trust: 'server' },
      { name: 'userAgent', value: 'kubectl', trust: 'anyone' },
    ])
  })

  it('with values cut to LIMIT.shownCharactersMax', () => {
    const [, agent] = found('k'.repeat(LIMIT.shownCharactersMax + 1)).fields
    expect(agent?.value).toBe(`${'k'.repeat(LIMIT.shownCharactersMax)}…`)
    const [, whole] = found('k'.repeat(LIMIT.shownCharactersMax)).fields
    expect(whole?.value).toBe('k'.repeat(LIMIT.shownCharactersMax))
  })

  it('with every value masked before it is cut', () => {
    const seen: string[] = []
    found('k'.repeat(300), (field, text) => {
      seen.push(`${field}:${text.length}`)
      return text
    })
    expect(seen).toContain('userAgent:300')
    expect(found('kubectl', () => '***').reason).not.toContain('alice')
  })
})

describe('a rule of keywords', () => {
  const KEYWORDS = `
title: Tool named
id: 11111111-1111-4111-8111-111111111112
logsource: { product: kubernetes, service: audit }
detection:
  keywords: [mimikatz, 'kube*hunter']
  condition: keywords
`

  it('says what was searched and found, not the text that it was found in', () => {
    const { fields: deciding } = described(
      KEYWORDS,
      testEvent({ userAgent: 'secret Kube-Hunter' }),
      plain,
    )
    expect(deciding).toEqual([{ name: 'any text like', value: '*kube*hunter*', trust: 'anyone' }])
  })

  it('cannot tell where a body is hidden, and says why', () => {
    const [rule] = compileRules([{ file: 'a.yaml', text: KEYWORDS }]).rules
    const reasons = rule && reasonsFor(rule, testFacts(testEvent()))
    expect(reasons).toEqual(['level'])
  })
})
