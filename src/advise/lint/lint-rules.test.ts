import { describe, expect, it } from 'vitest'
import { detectIssues } from '../../detect/issues.ts'
import { sigmaIssues } from '../../sigma/issues.ts'
import { lintRules } from './lint-rules.ts'
import { LINTS } from './lints.ts'
import { CATALOGUES } from './testing/catalogues.ts'
import { lintText, namesOf, readLintCases } from './testing/lint-cases.ts'

const cases = readLintCases()

describe('lints', () => {
  it('each have their cases, and each file of cases its lint', () => {
    const codes = new Set(cases.map(({ code }) => code))
    expect(Object.keys(LINTS).filter((code) => !codes.has(code))).toEqual([])
    const known = { ...LINTS, ...sigmaIssues, ...detectIssues }
    expect([...codes].filter((code) => !(code in known))).toEqual([])
  })

  it.each(cases.map((one) => [one.code, one] as const))('%s', (code, one) => {
    const bad = lintText(one.bad, one.cases)
    const name = code.replace(/^.*\//, '')
    expect(namesOf(bad), bad.issues.map(({ message }) => message).join('\n')).toEqual(
      [name, ...one.also].sort(),
    )
    for (const { message, at } of bad.issues) {
      expect(message).not.toMatch(/undefined/)
      expect(at.line).toBeGreaterThan(0)
    }
    expect(lintText(one.good).issues).toEqual([])
  })

  it('cases that are not sound are told as well', () => {
    const detection = 'detection:\n  a: { request.resource: pods/exec }\n  condition: a\n'
    const { issues } = lintText(detection, 'cases: [{ title: a, kind: maybe }]\n')
    expect(issues.map(({ code, at }) => [code, at.file])).toEqual([
      ['lint/missing-cases', 'rule.cases.yaml'],
      ['advise/bad-case', 'rule.cases.yaml'],
    ])
  })

  it('a filter is told what is wrong with it, and the rules that it is added to are not', () => {
    const filter = `title: Backups are let pass
id: 0c6b2d1e-5a7b-4d1f-8c1e-2f1f1c6b7a11
logsource: { product: kubernetes, service: audit }
filter:
  rules: any
  backup:
    userAgent|startswith: backup/
  condition: not backup
`
    const detection = 'detection:\n  a: { request.resource: pods/exec }\n  condition: a\n'
    const { issues } = lintText(`${filter}---\nid: r\ntitle: t\nlevel: low
logsource: { product: kubernetes, service: audit }\n${detection}`)
    expect(issues.map(({ code, at }) => [code, at.line])).toEqual([['lint/forgeable-exclusion', 7]])
    const others = [
      {
        file: 'other.yaml',
        text: `id: r\ntitle: t\nlogsource: { product: kubernetes, service: audit }\n${detection}`,
      },
    ]
    const apart = lintRules({
      ...{ others, lists: [], catalogues: CATALOGUES },
      files: [{ file: 'filter.yaml', text: filter, cases: undefined }],
    })
    expect(apart.issues.map(({ code, at }) => [code, at.file, at.line])).toEqual([
      ['lint/forgeable-exclusion', 'filter.yaml', 7],
    ])
  })

  const more = cases.flatMap(({ code, more: others }) =>
    others.map((one) => [code, one.title, one] as const),
  )
  it.each(more)('%s: %s', (_code, _title, { rule, raises }) => {
    expect(namesOf(lintText(rule))).toEqual([...raises].sort())
  })
})
