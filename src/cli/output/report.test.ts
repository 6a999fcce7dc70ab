import { describe, expect, test } from 'vitest'
import { escapeTerminal } from '../../base/escape-text.ts'
import { LIMIT } from '../../base/limit.ts'
import { findingOf, hostile, incident, quiet } from '../testing/report.ts'
import { htmlReport } from './html-report.ts'
import type { HuntResult } from './hunt-result.ts'
import { csvReport, jsonReport, ndjsonReport, summaryOf } from './machine.ts'
import { paletteOf } from './palette.ts'
import { findingLine } from './text-findings.ts'
import { textReport } from './text-report.ts'
import { displayWidth } from './width.ts'

const plain = paletteOf(false)
const golden = (name: string): string =>
  new URL(`../testing/golden/${name}`, import.meta.url).pathname

const PAYLOADS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><style>*{display:none}',
  '\u001b[2J\u001b]0;owned\u0007',
  '\u009b31m\u202ereversed\u200b',
  '\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\',
  '=HYPERLINK("http://evil.example";"x")',
  'a\r\nb,c"d',
]

describe('golden', () => {
  test('text in 100 columns', async () => {
    await expect(textReport(incident(), 100, plain)).toMatchFileSnapshot(golden('incident-100.txt'))
  })
  test('text in 160 columns', async () => {
    await expect(textReport(incident(), 160, plain)).toMatchFileSnapshot(golden('incident-160.txt'))
  })
  test('text of a hunt without findings', async () => {
    await expect(textReport(quiet(), 100, plain)).toMatchFileSnapshot(golden('quiet-100.txt'))
  })
  test('HTML', async () => {
    await expect(htmlReport(incident())).toMatchFileSnapshot(golden('incident.html'))
  })
  test('NDJSON', async () => {
    await expect([...ndjsonReport(incident())].join('')).toMatchFileSnapshot(
      golden('incident.ndjson'),
    )
  })
  test('JSON', async () => {
    await expect([...jsonReport(incident())].join('')).toMatchFileSnapshot(golden('incident.json'))
  })
  test('CSV', async () => {
    await expect([...csvReport(incident())].join('')).toMatchFileSnapshot(golden('incident.csv'))
  })
  test('summary', async () => {
    await expect(summaryOf(incident())).toMatchFileSnapshot(golden('summary.json'))
  })
})

describe('text', () => {
  test.each([60, 80, 100, 160])('no line is wider than %i columns', (width) => {
    for (const payload of ['', ...PAYLOADS, '漢字'.repeat(90), 'x'.repeat(300)]) {
      const report = payload === '' ? incident() : hostile(payload)
      const lines = textReport(report, width, plain).split('\n')
      const wide = lines.filter((line) => displayWidth(line) > Math.max(width, 100))
      expect(wide).toEqual([])
    }
  })

  test.each(PAYLOADS)('shows nothing hidden: %j', (payload) => {
    const text = textReport(hostile(payload), 120, plain)
    expect(text.split('\n').filter((line) => escapeTerminal(line) !== line)).toEqual([])
    const line = findingLine(findingOf('aa', { reason: payload }), 120, plain)
    expect(escapeTerminal(line.trimEnd())).toBe(line.trimEnd())
  })

  test('colour adds nothing but colour', () => {
    const colour = textReport(incident(), 100, paletteOf(true))
    expect(colour).not.toBe(textReport(incident(), 100, plain))
    // biome-ignore lint/complexity/useRegexLiterals: the escape character is easier to see so.
    const without = colour.replaceAll(new RegExp('\\u001b\\[\\d+m', 'g'), '')
    expect(without).toBe(textReport(incident(), 100, plain))
  })

  test('a rule without an eligible act is unproven, never "nothing found"', () => {
    const text = textReport(quiet(), 100, plain)
    expect(text).toContain('Unproven: this log holds no act of their kind')
    expect(text).toContain('D22 Client certificate requested')
    expect(text.toLowerCase()).not.toContain('nothing found')
  })

  test('LIMIT.textRowsMax: the rest is counted', () => {
    const many = withFindings(LIMIT.textRowsMax + 5)
    expect(textReport(many, 100, plain)).toContain('… and 5 more groups of this rule')
  })

  test('an interrupted hunt says so', () => {
    const text = textReport({ ...incident(), complete: false }, 100, plain)
    expect(text).toContain('Interrupted: this covers only what was read until then.')
  })
})

describe('HTML', () => {
  test.each(PAYLOADS)('escapes %j everywhere', (payload) => {
    const page = htmlReport(hostile(payload))
    const reference = htmlReport(hostile('harmless'))
    const tags = (text: string): number => text.split('<').length
    expect(tags(page)).toBe(tags(reference))
    expect(page.split('\n').some((line) => escapeTerminal(line) !== line)).toBe(false)
    if (/[<>"']/.test(payload)) expect(page).not.toContain(payload)
  })

  test('needs nothing from outside and runs nothing', () => {
    const page = htmlReport(incident())
    expect(page).toContain(
      `Content-Security-Policy" content="default-src 'none'; style-src 'sha256-`,
    )
    expect(page).not.toMatch(
      /<script|<link|<img|<iframe|\bhref=|\bsrc=|\bstyle="|\bon[a-z]+=|url\(/,
    )
  })

  test('LIMIT.htmlRowsMax: the rest is counted', () => {
    const many = withFindings(LIMIT.htmlRowsMax + 3)
    expect(htmlReport(many)).toContain('… and 3 more groups')
  })
})

describe('machine formats', () => {
  test.each(PAYLOADS)('print nothing hidden and lose nothing: %j', (payload) => {
    const report = hostile(payload)
    for (const text of [...ndjsonReport(report), ...jsonReport(report), summaryOf(report)]) {
      expect(text.split('\n').filter((line) => escapeTerminal(line) !== line)).toEqual([])
    }
    const [line = ''] = ndjsonReport(report)
    expect(JSON.parse(line).reason).toBe(payload)
    expect(JSON.parse([...jsonReport(report)].join('')).report.findings[0].reason).toBe(payload)
  })

  test('NDJSON has the promised keys in order', () => {
    const [line = ''] = ndjsonReport(incident())
    const finding = JSON.parse(line)
    expect(Object.keys(finding)).toEqual([
      'id',
      'time',
      'cluster',
      'server',
      'rule',
      'actor',
      'target',
      'outcome',
      'reason',
      'fields',
      'events',
      'correlation',
    ])
    expect(Object.keys(finding.rule).slice(0, 3)).toEqual(['id', 'title', 'level'])
    expect(finding.rule.detection).toBe('A01')
    expect(Object.keys(finding.events[0])).toEqual(
      expect.arrayContaining(['id', 'auditID', 'file', 'offset']),
    )
  })

  test.each(PAYLOADS)('CSV: no cell of %j is a formula, and each record is one line', (payload) => {
    const rows = [...csvReport(hostile(payload))]
    expect(rows).toHaveLength(incident().report.findings.length + 1)
    for (const row of rows) {
      expect(row.endsWith('\r\n')).toBe(true)
      expect(row.slice(0, -2)).not.toMatch(/[\r\n]|(^|,)"?[=+\-@]/)
    }
  })

  test('the summary counts what cannot be told by rule and by detection', () => {
    const summary = JSON.parse(summaryOf(incident()))
    expect(summary).toMatchObject({ events: 17_263, bytes: 61_203_944, issues: 1, findings: 8 })
    expect(summary.cannotTellByDetection).toEqual({ C01: 120, D01: 2 })
    expect(Object.values(summary.cannotTell)).toEqual([120, 2])
  })
})

function withFindings(many: number): HuntResult {
  const base = incident()
  const findings = Array.from({ length: many }, (_, i) =>
    findingOf(`f${i.toString(16).padStart(6, '0')}`, {
      target: { verb: 'get', resource: 'pods/exec', namespace: 'shop', name: `pod-${i}` },
    }),
  )
  return { ...base, report: { ...base.report, findings } }
}
