import { describe, expect, it } from 'vitest'
import { compileRules } from './compile.ts'

const rule = (id: string, title: string, field = 'verb'): string => `
title: ${title}
id: ${id}
status: test
logsource: { product: kubernetes, service: audit }
level: low
tags: [attack.execution, attack.t1609, detection.b01, threat-matrix.ms-ta9006]
detection:
  selection:
    ${field}: delete
  condition: selection
`

const FIRST = '11111111-1111-4111-8111-111111111111'
const SECOND = '22222222-2222-4222-8222-222222222222'

describe('rules', () => {
  it('come in the order of their ids, whatever the order of the files', () => {
    const files = [
      { file: 'b.yaml', text: rule(SECOND, 'second') },
      { file: 'a.yaml', text: rule(FIRST, 'first') },
    ]
    const titles = compileRules(files).rules.map(({ ref }) => ref.title)
    expect(titles).toEqual(['first', 'second'])
    expect(compileRules(files.toReversed()).rules.map(({ ref }) => ref.title)).toEqual(titles)
  })

  it('say what they are of: detection and techniques from the tags', () => {
    const [found] = compileRules([{ file: 'a.yaml', text: rule(FIRST, 'first') }]).rules
    expect(found?.ref).toEqual({
      id: FIRST,
      title: 'first',
      level: 'low',
      detection: 'B01',
      techniques: ['T1609'],
      tactics: ['execution'],
      threatMatrix: ['MS-TA9006'],
    })
  })

  it('with the same id are an issue that names both, and the first is used', () => {
    const { rules, issues } = compileRules([
      { file: 'a.yaml', text: rule(FIRST, 'first') },
      { file: 'b.yaml', text: rule(FIRST, 'again') },
    ])
    expect(rules.map(({ ref }) => ref.title)).toEqual(['first'])
    expect(issues.map(({ code, at }) => [code, at.file])).toEqual([
      ['detect/duplicate-rule', 'b.yaml'],
    ])
    expect(issues[0]?.message).toContain('a.yaml')
  })

  it('whose summary names no field are told, and used', () => {
    const text = `${rule(FIRST, 'first')}summary: '{actor.nam} did {target} [to {userr.uid}]'\n`
    const { rules, issues } = compileRules([{ file: 'a.yaml', text }])
    expect(rules).toHaveLength(1)
    expect(issues.map(({ code, message }) => [code, message])).toEqual([
      ['detect/unknown-summary-field', 'the summary names {actor.nam}, and there is no such field'],
      ['detect/unknown-summary-field', 'the summary names {userr.uid}, and there is no such field'],
    ])
  })

  it('that cannot be evaluated never stop the others', () => {
    const { rules, issues } = compileRules([
      { file: 'bad.yaml', text: rule(FIRST, 'bad', 'objectRef.resurce') },
      { file: 'good.yaml', text: rule(SECOND, 'good') },
    ])
    expect(rules.map(({ ref }) => ref.title)).toEqual(['good'])
    expect(issues.map(({ code }) => code)).toContain('sigma/unknown-field')
  })
})
