import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { LIMIT } from '../base/limit.ts'
import { compileRules, type RuleSet } from '../detect/compile.ts'
import { parseCases } from './case-file.ts'
import { adviseIssues } from './issues.ts'
import { testablesOf, testRules } from './rule-cases.ts'

interface FileCase {
  readonly rule: string
  readonly title: string
  readonly sigma?: string
  /** Judged by three such acts of one actor within a minute instead. */
  readonly correlation?: true
  /** Judged by a rule about silent logs instead. */
  readonly source?: true
  readonly file: string
  readonly issues?: readonly string[]
  readonly results?: readonly (readonly [string, string])[]
  readonly mutants?: number
  readonly escaped?: readonly Readonly<Record<string, string>>[]
}

const cases: readonly FileCase[] = parse(
  readFileSync(new URL('cases/case-file.yaml', import.meta.url), 'utf8'),
)

const BASE = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: '0a4a1c2e-6f5d-4b7a-9c3e-2d1f0b8a7e65',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/pods/web-0/exec?command=id',
  verb: 'get',
  user: { username: 'alice', groups: ['system:authenticated'] },
  sourceIPs: ['10.0.0.1'],
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web-0', subresource: 'exec' },
  responseStatus: { metadata: {}, code: 101 },
  requestReceivedTimestamp: '2026-11-20T22:00:00.000000Z',
  stageTimestamp: '2026-11-20T22:00:01.000000Z',
  annotations: { 'authorization.k8s.io/decision': 'allow' },
}
const BODY = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'web-0' },
  spec: { containers: [{ name: 'main', image: 'registry.example/app:1' }] },
}
const POD = {
  ...BASE,
  level: 'RequestResponse',
  verb: 'create',
  requestURI: '/api/v1/namespaces/shop/pods',
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web-0', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 201 },
}
const BODIES = `"requestObject": &o ${JSON.stringify(BODY)}, "responseObject": *o`
const POD_TEXT = `${JSON.stringify(POD).slice(0, -1)}, ${BODIES} }`

const SIGMA = {
  exec: `request.resource: pods/exec`,
  whole: (selection: string): string => `title: A test
name: exec
id: 1f1a2b3c-4d5e-4f60-8a7b-9c0d1e2f3a4b
logsource: { product: kubernetes, service: audit }
detection:
  selection:
${selection.replace(/^(?=.)/gm, '    ')}
  other:
    user.username: carol
  denied:
    outcome: denied
  condition: selection and not other and not denied
level: low
summary: '{actor.name} ran "{exec.command}"'
`,
}

const CORRELATION = `---
title: Three of them
id: 2f1a2b3c-4d5e-4f60-8a7b-9c0d1e2f3a4b
correlation:
  type: event_count
  rules: [exec]
  group-by: [actor.name]
  timespan: 1m
  condition: { gte: 3 }
`

const ABOUT_SOURCE = `title: A silent log
id: 3f1a2b3c-4d5e-4f60-8a7b-9c0d1e2f3a4b
logsource: { product: kubernetes, service: audit-source }
detection:
  silent:
    source.kind: silence
    source.timesUsual|gte: 3
  condition: silent
level: low
summary: '{source.server} is silent for {source.silenceSeconds} s'
`

const rulesOf = ({ sigma = SIGMA.exec, correlation, source }: FileCase): RuleSet => {
  const text =
    source === true ? ABOUT_SOURCE : SIGMA.whole(sigma) + (correlation === true ? CORRELATION : '')
  const set = compileRules([{ file: 'rule.yaml', text }])
  expect(set.issues).toEqual([])
  return set
}

const filled = (file: string): string =>
  file
    .replaceAll('BASE', JSON.stringify(BASE))
    .replaceAll('RAW', JSON.stringify(BASE).replaceAll('"', file.includes('"RAW') ? '\\"' : '"'))
    .replaceAll('POD', POD_TEXT)

describe.each(cases)('$rule: $title', (fileCase) => {
  const { file, issues, results, mutants, escaped } = fileCase
  const set = rulesOf(fileCase)
  const report = testRules(testablesOf(set, 'rule.yaml'), set, filled(file), 'rule.cases.yaml')
  const tested = report.reports.flatMap((one) => one.results)
  const own = tested.filter(({ kind }) => kind !== 'mutant')
  const made = tested.filter(({ kind }) => kind === 'mutant')

  it('has these issues, each with its place', () => {
    expect(report.issues.map(({ code }) => code)).toEqual(issues ?? [])
    expect(report.issues.map(({ code }) => adviseIssues[code]).includes(undefined)).toBe(false)
    expect(report.issues.map(({ at }) => at.file)).toEqual(
      (issues ?? []).map(() => 'rule.cases.yaml'),
    )
  })

  it('has these results', () => {
    const wanted = results ?? []
    expect(own.map(({ kind }) => kind)).toEqual(wanted.map(([kind]) => kind))
    for (const [index, [, failure]] of wanted.entries()) {
      expect(own[index]?.pass).toBe(failure === '')
      expect(own[index]?.failure).toContain(failure)
    }
  })

  it('has these mutants', () => {
    if (mutants !== undefined) expect(made.length).toBe(mutants)
    const titles = made.filter(({ pass }) => !pass).map(({ title }) => title)
    const wanted = (escaped ?? []).map((one) => Object.entries(one).flat().join(': '))
    expect(titles).toEqual(wanted)
  })
})

describe('limits', () => {
  it('a story has LIMIT.caseEventsMax events at most', () => {
    const story = (times: number): string =>
      `base: ${JSON.stringify(BASE)}\ncases: [{ title: t, kind: match, events: [{ times: ${times} }] }]`
    expect(parseCases(story(LIMIT.caseEventsMax), 'f').issues).toEqual([])
    expect(parseCases(story(LIMIT.caseEventsMax + 1), 'f').issues.length).toBe(1)
  })

  it('a file of LIMIT.yamlBytesMax is read, a larger one is not', () => {
    const file = `cases: []\n#${' '.repeat(LIMIT.yamlBytesMax)}`
    expect(parseCases(file.slice(0, LIMIT.yamlBytesMax), 'f').issues).toEqual([])
    const [issue] = parseCases(file.slice(0, LIMIT.yamlBytesMax + 1), 'f').issues
    expect(issue?.code).toBe('advise/bad-yaml')
  })

  it('what stands in a file LIMIT.yamlAliasesMax times by its anchor is read', () => {
    const aliases = Array.from({ length: LIMIT.yamlAliasesMax - 1 }, () => '*a').join(', ')
    const file = `bases: { a: &a { x: 1 } }\ncases: [${aliases}]`
    expect(parseCases(file, 'f').issues.map(({ code }) => code)).not.toContain('advise/bad-yaml')
  })
})
