import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { testRules } from '../src/advise/rule-cases.ts'
import { compileRules } from '../src/detect/compile.ts'
import { ROOT, readText } from './files.ts'

const blocks = [...readText('docs/guide/rules.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  (found) => found[1] ?? '',
)

describe('the rule that the guide shows', () => {
  const [rule = '', cases = ''] = blocks
  const compiled = compileRules([{ file: 'rule.yaml', text: rule }])

  it('is accepted without an issue', () => {
    expect(compiled.issues).toEqual([])
    expect(compiled.rules).toHaveLength(1)
  })

  it('passes the cases that the guide shows', () => {
    const [first] = compiled.rules
    if (first === undefined) throw new Error('no rule')
    const { reports, issues } = testRules([first], compiled, cases, 'rule.cases.yaml')
    expect(issues).toEqual([])
    const results = reports.flatMap((one) => one.results)
    expect(results.map(({ title, failure }) => `${title}: ${failure}`)).toEqual(
      results.map(({ title }) => `${title}: `),
    )
    const kinds = results.map(({ kind }) => kind)
    expect(kinds).toEqual(expect.arrayContaining(['match', 'bypass', 'near-miss', 'blind']))
  })
})

describe('the correlation and the filter that the guide shows', () => {
  const [rule = '', , correlation = '', filter = ''] = blocks
  const compiled = compileRules(
    [{ file: 'rules.yaml', text: [rule, correlation, filter].join('---\n') }],
    [{ file: 'lists/automation.txt', text: 'ops-bot\n' }],
  )

  it('are accepted without an issue', () => {
    expect(compiled.issues).toEqual([])
    expect(compiled.correlations).toHaveLength(1)
  })

  it('refuses the filter without its list, and not the rule', () => {
    const { rules, issues } = compileRules([
      { file: 'rules.yaml', text: [rule, filter].join('---\n') },
    ])
    expect(rules).toHaveLength(1)
    expect(issues.map(({ code }) => code)).toEqual(['sigma/filter-not-used'])
  })
})

describe('the pages that the package holds', () => {
  const pages = globSync('docs/{guide,reference}/**/*.md', { cwd: ROOT })

  it.each(pages)('%s sends nobody to the source, which the package lacks', (page) => {
    const text = readText(page)
    expect(text).not.toMatch(/\]\([^)]*src\//)
    expect(text).not.toContain('SPEC.md')
  })
})
