import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { LIMIT } from '../../base/limit.ts'
import { YES } from '../../base/truth.ts'
import { compileRules } from '../../detect/compile.ts'
import { enrich } from '../../enrich/enrich.ts'
import { decodeOne } from '../judge-case.ts'
import { convertFalco } from './falco-to-sigma.ts'

interface Case {
  readonly rule: string
  readonly title: string
  /** A whole file, or the condition (and source) of one rule. */
  readonly rules?: string
  readonly condition?: string
  readonly source?: string
  readonly detection?: object
  readonly document?: Readonly<Record<string, unknown>>
  readonly refused?: readonly string[]
  readonly notes?: readonly string[]
  readonly match?: readonly Change[]
  readonly miss?: readonly Change[]
}

/** A change to the event of the cases; `images` and `code` are short for what takes many words. */
interface Change {
  readonly images?: readonly string[]
  readonly code?: number
  readonly [key: string]: unknown
}

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
const cases: readonly Case[] = parse(read('cases/falco.yaml'))

const fileOf = ({ rules, condition, source }: Case): string =>
  rules ??
  JSON.stringify([
    {
      rule: 'r',
      desc: 'd',
      condition,
      output: 'o',
      priority: 'INFO',
      source: source ?? 'k8s_audit',
    },
  ])

const eventWith = ({ images, code, ...changes }: Change): string =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Request',
    auditID: '3f2c1a52-6f0e-4f0e-9d0f-1d8e1c9a7b11',
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/shop/pods',
    verb: 'create',
    user: { username: 'alice', groups: ['dev'] },
    sourceIPs: ['10.0.0.7'],
    userAgent: 'kubectl',
    objectRef: { resource: 'pods', namespace: 'shop', name: 'web-1', apiVersion: 'v1' },
    responseStatus: { code: code ?? 201 },
    requestObject: {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'web-1' },
      spec: { containers: (images ?? ['a']).map((image, i) => ({ name: `c${i}`, image })) },
    },
    requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
    stageTimestamp: '2026-11-20T10:00:00.100000Z',
    ...changes,
  })

const judged = (sigma: string, change: Change): boolean => {
  const { rules, issues } = compileRules([{ file: 'converted.yaml', text: sigma }])
  expect(issues).toEqual([])
  const event = decodeOne(eventWith(change))
  if (typeof event === 'string') throw new Error(event)
  return rules[0]?.test(enrich(event)) === YES
}

describe('rules of Falco', () => {
  test.each(cases.map((one) => [`${one.rule} ${one.title}`, one] as const))('%s', (_, one) => {
    const { rules, issues } = convertFalco([{ file: 'falco.yaml', text: fileOf(one) }])
    const last = rules.at(-1)
    if (one.refused !== undefined) {
      expect(last?.sigma).toBeUndefined()
      expect(last?.notes).toEqual(one.refused)
      const code = one.rule === 'V2' ? 'advise/falco-left-out' : 'advise/not-converted'
      expect(issues.map((issue) => issue.code)).toEqual(one.refused.map(() => code))
      return
    }
    expect(issues.map(({ code }) => code)).toEqual(
      (one.notes ?? []).map(() => 'advise/converted-otherwise'),
    )
    expect(last?.notes).toEqual(one.notes ?? [])
    const { detection, ...head } = parse(last?.sigma ?? '')
    expect(detection).toEqual(one.detection)
    const { id, ...document } = one.document ?? {}
    expect(head).toMatchObject(document)
    if (id !== undefined) expect(head.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab]/)
    for (const change of one.match ?? []) expect(judged(last?.sigma ?? '', change)).toBe(true)
    for (const change of one.miss ?? []) expect(judged(last?.sigma ?? '', change)).toBe(false)
  })

  test('every rule of SPEC.md has a case, and every case a rule', () => {
    const inSpec = [...read('SPEC.md').matchAll(/^- \*\*(V\d+)\*\*/gm)].map(([, id]) => id)
    expect([...new Set(cases.map(({ rule }) => rule))].sort()).toEqual([...inSpec].sort())
  })

  test('what comes out is a rule that is read, planned and judged', () => {
    for (const one of cases) {
      const { rules } = convertFalco([{ file: 'falco.yaml', text: fileOf(one) }])
      for (const { sigma } of rules) if (sigma !== undefined) judged(sigma, {})
    }
  })

  test('the same rule has the same id, another name another', () => {
    const idOf = (name: string): unknown => {
      const text = JSON.stringify([{ rule: name, condition: 'ka.verb=get', source: 'k8s_audit' }])
      return parse(convertFalco([{ file: 'a', text }]).rules[0]?.sigma ?? '').id
    }
    expect(idOf('a')).toBe(idOf('a'))
    expect(idOf('a')).not.toBe(idOf('b'))
  })

  test('a file that is none, and items that are none, are issues', () => {
    const { rules, issues } = convertFalco([
      { file: 'a.yaml', text: 'rule: r' },
      { file: 'b.yaml', text: '- 1\n- { what: ever }\n- : [' },
      { file: 'c.yaml', text: '- 1\n- { what: ever }\n- { required_engine_version: 15 }' },
    ])
    expect(rules).toEqual([])
    expect(issues.map(({ code, at }) => `${code} ${at.file}`)).toEqual([
      'advise/falco-file a.yaml',
      'advise/falco-file b.yaml',
      'advise/falco-file c.yaml',
      'advise/falco-file c.yaml',
    ])
  })
})

describe('hostile files of Falco', () => {
  const convert = (items: readonly object[]): readonly string[] =>
    convertFalco([{ file: 'a.yaml', text: JSON.stringify(items) }]).rules.flatMap(
      ({ notes }) => notes,
    )
  const rule = (condition: string): object => ({ rule: 'r', condition, source: 'k8s_audit' })

  test('LIMIT.conditionDepthMax: parentheses without end', () => {
    expect(convert([rule(`${'('.repeat(5000)}ka.verb=get`)])[0]).toContain('nested deeper than 64')
    expect(convert([rule(`${'not '.repeat(5000)}ka.verb=get`)])[0]).toContain('nested deeper')
  })

  test('LIMIT.ruleTestsMax: macros and lists that double each other', () => {
    const macros = Array.from({ length: 40 }, (_, i) => ({
      macro: `m${i}`,
      condition: i === 0 ? 'ka.verb=get' : `m${i - 1} or not m${i - 1}`,
    }))
    expect(convert([...macros, rule('m39')])[0]).toContain('more than 20000 tests')
    const lists = Array.from({ length: 40 }, (_, i) => ({
      list: `l${i}`,
      items: i === 0 ? ['a', 'b'] : [`l${i - 1}`, `l${i - 1}`],
    }))
    expect(convert([...lists, rule('ka.user.name in (l39)')])[0]).toContain(
      'more than 20000 values',
    )
  })

  test('LIMIT.mergedSelectionsMax: a rule of very many tests stays as it is written', () => {
    const selections = (many: number): number => {
      const tests = Array.from({ length: many }, (_, i) => `jevt.value[/annotations/a${i}]=x`)
      const items = [{ ...rule(tests.join(' and ')) }]
      const [only] = convertFalco([{ file: 'a.yaml', text: JSON.stringify(items) }]).rules
      return Object.keys(parse(only?.sigma ?? '').detection).length - 1
    }
    expect(selections(LIMIT.mergedSelectionsMax)).toBe(1)
    expect(selections(LIMIT.mergedSelectionsMax + 1)).toBe(LIMIT.mergedSelectionsMax + 1)
  })

  test('names that mean something to JavaScript', () => {
    const notes = convert([rule('ka.verb=get and __proto__'), rule('constructor')])
    expect(notes).toEqual(['there is no macro constructor in the files given'])
    expect(convert([rule('toString.x=1')])).toEqual(['toString.x has no counterpart'])
    for (const priority of ['constructor', '__proto__']) {
      const text = JSON.stringify([
        { rule: 'r', condition: 'ka.verb=get', source: 'k8s_audit', priority },
      ])
      const { rules } = convertFalco([{ file: 'a.yaml', text }])
      expect(parse(rules[0]?.sigma ?? '').level).toBe('medium')
    }
  })

  test('texts that would break out of YAML', () => {
    const name = 'a\n---\ntitle: b: "c" #'
    const { rules } = convertFalco([
      {
        file: 'a.yaml',
        text: JSON.stringify([
          { rule: name, condition: 'ka.user.name="x: y\\n- #"', source: 'k8s_audit' },
        ]),
      },
    ])
    const document = parse(rules[0]?.sigma ?? '')
    expect(document.title).toBe(name)
    expect(document.detection.selection).toEqual({ 'user.username|cased': 'x: y\n- #' })
    expect(rules[0]?.fileName).toBe('a-title-b-c')
  })
})
