import { basename, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CASE_KINDS, parseCases } from '../src/advise/case-file.ts'
import { MUTANT_KINDS } from '../src/advise/mutant-kinds.ts'
import {
  type CaseResult,
  runMutants,
  type Testable,
  testablesOf,
  testRules,
} from '../src/advise/rule-cases.ts'
import { auditSchema } from '../src/detect/schema.ts'
import { findField } from '../src/model/fields.ts'
import { emitWhere } from '../src/sigma/emit/clickhouse.ts'
import { leaves } from '../src/sigma/plan/leaves.ts'
import { contentFiles, readContent, shippedRules } from './testing/shipped-rules.ts'

const { rules, issues } = shippedRules

/** Of each file the rule that it is there for, and those that only serve it. */
const files = contentFiles
  .filter((file) => !file.endsWith('.cases.yaml'))
  .map((file) => ({ file, testables: testablesOf(shippedRules, file) }))
const mains = files.flatMap(({ testables }) => testables.slice(0, 1))

/** The detections of this content, by the ids of the list of detections. */
const DETECTIONS = [
  ...['A01', 'A02', 'A03', 'A04', 'A05', 'A07', 'A10', 'A15', 'A16', 'A17', 'A18'],
  ...['B01', 'B02', 'B03', 'B04', 'B06', 'B07', 'B08', 'B09', 'B10', 'B11', 'B12', 'B13', 'B14'],
  ...['B15', 'B16', 'B20', 'B21', 'B22', 'B23', 'B26'],
  ...['C01', 'C02', 'C03', 'C04', 'C05', 'C06', 'C08', 'C09', 'C10', 'C13'],
  ...['D01', 'D02', 'D03', 'D04', 'D05', 'D06', 'D07', 'D08', 'D09', 'D12', 'D14', 'D16', 'D17'],
  ...['D19', 'D20', 'D21', 'D22', 'D23', 'D25', 'D32'],
  ...['E01', 'E03', 'E08', 'E10', 'E13', 'E14', 'E16', 'E18', 'E19', 'E21', 'E24', 'E27', 'E28'],
  ...['F01', 'F02', 'F04', 'F05', 'F09', 'G01', 'G02', 'G03', 'G04', 'G08', 'H05', 'H08'],
]

/** ATT&CK's tactics since version 19, which are the folders of rules. */
const TACTICS = [
  ...['reconnaissance', 'resource-development', 'initial-access', 'execution', 'persistence'],
  ...['privilege-escalation', 'stealth', 'defense-impairment', 'credential-access', 'discovery'],
  ...['lateral-movement', 'collection', 'command-and-control', 'exfiltration', 'impact'],
]

const casesOf = (rule: Testable): ReturnType<typeof parseCases> => {
  const file = (rule.sigma.place.file ?? '').replace(/\.yaml$/, '.cases.yaml')
  return parseCases(readContent(file).text, file)
}

const failures = (results: readonly CaseResult[]): readonly string[] =>
  results
    .filter(({ pass }) => !pass)
    .map(({ kind, title, failure }) => `${kind}: ${title}: ${failure}`)

describe('rules', () => {
  it('are all read without an issue', () => {
    expect(issues).toEqual([])
  })

  it('are there for each detection, and for no other', () => {
    const detections = [...new Set(mains.map(({ ref }) => ref.detection))]
    expect(detections.sort()).toEqual([...DETECTIONS].sort())
  })

  it('can be asked of the store, but for annotations, which have no column', () => {
    const asked = rules.flatMap(({ plan }) => leaves(plan))
    const without = asked.filter(({ column }) => column === undefined).map(({ field }) => field)
    expect([...new Set(without)]).toEqual(['annotations.authorization.k8s.io/decision'])
    for (const { plan } of rules) expect(emitWhere(plan, auditSchema).where).not.toBe('')
  })

  it('decide nothing by what anyone can make up', () => {
    const trusting = rules.filter(({ plan }) =>
      leaves(plan).some(({ field }) => findField(field)?.field.trust === 'anyone'),
    )
    // What a client calls itself only adds findings of these, and they say what it is worth.
    const hints = [
      'B10',
      'F05',
      'Request of a ServiceAccount from a public address, by a program of people',
    ]
    expect(trusting.map(({ ref }) => ref.detection ?? ref.title).sort()).toEqual(hints)
    for (const { sigma } of trusting) expect(sigma.description).toContain('silence')
  })

  it('are joined by what the API server established, and counted exactly', () => {
    const { correlations } = shippedRules
    expect(correlations.length).toBeGreaterThan(0)
    for (const { ref, plan } of correlations) {
      const { slots, comparisons } = plan
      const trusts = (names: readonly string[]): readonly (string | undefined)[] =>
        names.map((name) => findField(name)?.field.trust)
      for (const { groupBy, fields } of slots) {
        expect([ref.title, ...new Set(trusts(groupBy))]).toEqual([ref.title, 'server'])
        expect([ref.title, ...trusts(fields)]).not.toContain('anyone')
      }
      for (const { value } of comparisons)
        expect([ref.title, value <= 32]).toEqual([ref.title, true])
    }
  })

  it('filter by no level and no stage: what cannot be seen cannot be told', () => {
    // Without answers any decision on a certificate counts: that makes the rule wider, not blind.
    const wider = ['Client certificate requested or approved by hand level']
    const fields = rules.flatMap(({ plan, sigma }) =>
      leaves(plan).map(({ field }) => ({ field, use: `${sigma.title} ${field}` })),
    )
    const filters = fields.filter(({ field }) => field === 'level' || field === 'stage')
    expect([...new Set(filters.map(({ use }) => use))]).toEqual(wider)
  })

  it('each have a file of cases, and each file of cases a rule', () => {
    expect(files.filter(({ testables }) => testables.length === 0)).toEqual([])
    const expected = files.map(({ file }) => file.replace(/\.yaml$/, '.cases.yaml'))
    expect(contentFiles.filter((file) => file.endsWith('.cases.yaml'))).toEqual(expected.sort())
  })
})

describe.each(mains.map((rule) => [rule.sigma.place.file ?? '', rule] as const))(
  '%s',
  (file, rule) => {
    const { sigma } = rule
    const { cases, issues: caseIssues } = casesOf(rule)

    it('says what an analyst needs', () => {
      expect(sigma.id).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      )
      expect(TACTICS).toContain(dirname(file))
      expect(sigma.tags).toContain(`attack.${dirname(file)}`)
      expect(basename(file, '.yaml')).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(rule.ref.techniques.length).toBeGreaterThan(0)
      expect(sigma.description?.length).toBeGreaterThan(100)
      expect(String(sigma.custom.next ?? '').length).toBeGreaterThan(40)
      expect(sigma.falsepositives.length).toBeGreaterThan(0)
      expect(typeof sigma.custom.summary).toBe('string')
    })

    it('has cases of every kind, all of them sound', () => {
      expect(caseIssues).toEqual([])
      const kinds = new Set(cases.cases.map(({ kind }) => kind))
      expect(CASE_KINDS.filter((kind) => !kinds.has(kind))).toEqual([])
      const titles = cases.cases.map(({ title }) => title)
      expect(titles).toEqual([...new Set(titles)])
    })

    it('gives the verdict of every case, and is not escaped by any mutant', () => {
      const text = readContent(file.replace(/\.yaml$/, '.cases.yaml')).text
      const testables = testablesOf(shippedRules, file)
      const { reports, issues: lost } = testRules(testables, shippedRules, text, file)
      expect(lost).toEqual([])
      expect(failures(reports.flatMap(({ results }) => results))).toEqual([])
    })
  },
)

describe('mutants', () => {
  const made = rules
    .filter((rule) => mains.includes(rule))
    .flatMap((rule) => {
      const { cases } = casesOf(rule)
      return runMutants(rule, { ...cases, skip: { kinds: [], because: '' } })
    })

  it('are made in numbers', () => {
    expect(made.length).toBeGreaterThan(200)
  })

  it('set aside are named with a reason, and would be made otherwise', () => {
    for (const rule of mains) {
      const { skip } = casesOf(rule).cases
      expect(skip.kinds.filter((kind) => !MUTANT_KINDS.includes(kind))).toEqual([])
      if (skip.kinds.length > 0) expect(skip.because.length).toBeGreaterThan(20)
    }
  })
})
