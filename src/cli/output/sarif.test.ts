import { describe, expect, test } from 'vitest'
import { hostile, incident, joinedFinding } from '../testing/report.ts'
import { toMessage, toUri } from './sarif.ts'
import { sarifReport } from './sarif-findings.ts'
import { timesketchReport } from './timesketch.ts'

const golden = (name: string): string =>
  new URL(`../testing/golden/${name}`, import.meta.url).pathname

/**
 * What the schema of SARIF 2.1.0 allows in the objects that are written: every property with its
 * kind, and those that must be there. It allows no others.
 */
const SHAPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  log: { $schema: 'uri!', version: '"2.1.0"!', runs: 'run[]!' },
  run: {
    tool: 'tool!',
    invocations: 'invocation[]',
    columnKind: '"utf16CodeUnits"',
    results: 'result[]',
    properties: 'bag',
  },
  tool: { driver: 'driver!' },
  driver: {
    name: 'text!',
    version: 'text',
    semanticVersion: 'text',
    rules: 'rule[]',
    properties: 'bag',
  },
  rule: {
    id: 'text!',
    name: 'text',
    shortDescription: 'message',
    fullDescription: 'message',
    defaultConfiguration: 'configuration',
    helpUri: 'uri',
    help: 'message',
    properties: 'bag',
  },
  configuration: { level: 'level' },
  message: { text: 'text!' },
  invocation: { executionSuccessful: 'boolean!', toolExecutionNotifications: 'notification[]' },
  notification: { level: 'level', message: 'message!', associatedRule: 'reference' },
  reference: { id: 'text', index: 'index' },
  result: {
    ruleId: 'text',
    ruleIndex: 'index',
    level: 'level',
    message: 'message!',
    locations: 'location[]',
    relatedLocations: 'location[]',
    partialFingerprints: 'texts',
    properties: 'bag',
  },
  location: { id: 'index', physicalLocation: 'place', message: 'message' },
  place: { artifactLocation: 'artifact', region: 'region' },
  artifact: { uri: 'reference-uri' },
  region: {
    byteOffset: 'index',
    byteLength: 'index',
    startLine: 'index',
    startColumn: 'index',
  },
}

/** What is wrong with a value, by its path; empty: nothing. */
function faults(value: unknown, kind: string, path: string): readonly string[] {
  const isList = kind.endsWith('[]')
  if (isList) {
    if (!Array.isArray(value)) return [`${path} is no list`]
    return value.flatMap((one, i) => faults(one, kind.slice(0, -2), `${path}[${i}]`))
  }
  const shape = SHAPES[kind]
  if (shape === undefined) return isKind(value, kind) ? [] : [`${path} is no ${kind}`]
  if (typeof value !== 'object' || value === null) return [`${path} is no object`]
  const entries = Object.entries(value)
  return [
    ...entries.filter(([key]) => !(key in shape)).map(([key]) => `${path}.${key} is not allowed`),
    ...Object.entries(shape)
      .filter(([key, of]) => of.endsWith('!') && !(key in value))
      .map(([key]) => `${path}.${key} is missing`),
    ...entries.flatMap(([key, one]) =>
      faults(one, (shape[key] ?? 'bag').replace('!', ''), `${path}.${key}`),
    ),
  ]
}

function isKind(value: unknown, kind: string): boolean {
  if (kind.startsWith('"')) return value === JSON.parse(kind)
  if (kind === 'text') return typeof value === 'string'
  if (kind === 'boolean') return typeof value === 'boolean'
  if (kind === 'index') return Number.isInteger(value) && Number(value) >= 0
  if (kind === 'level') return ['none', 'note', 'warning', 'error'].includes(String(value))
  if (kind === 'uri') return typeof value === 'string' && URL.canParse(value)
  if (kind === 'reference-uri') return URL.canParse(String(value), 'file:///base/')
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (kind === 'texts')
    return isObject && Object.values(value).every((one) => typeof one === 'string')
  const { tags = [] } = isObject && 'tags' in value ? value : {}
  return isObject && Array.isArray(tags) && new Set(tags).size === tags.length
}

const PAYLOADS = [
  '[click](http://evil.example)',
  '<script>alert(1)</script>',
  '\u001b[2J\u202e',
  '../../etc/passwd?x#y',
  'a:b',
  '{0} \ud800',
]

describe('SARIF', () => {
  test('golden', async () => {
    const text = [...sarifReport(incident())].join('')
    await expect(text).toMatchFileSnapshot(golden('incident.sarif'))
  })

  test.each(['', ...PAYLOADS])('holds what the schema allows and nothing else: %j', (payload) => {
    const report = payload === '' ? incident() : hostile(payload)
    const log = JSON.parse([...sarifReport(report)].join(''))
    expect(faults(log, 'log', '')).toEqual([])
    expect(log.runs[0].results).toHaveLength(report.report.findings.length)
  })

  test('the place is the event that decided, the others are related', () => {
    const report = { ...incident(), report: { ...incident().report, findings: [joinedFinding] } }
    const [result] = JSON.parse([...sarifReport(report)].join('')).runs[0].results
    const [first, , last] = joinedFinding.events
    expect(result.locations[0].physicalLocation.region).toEqual({
      byteOffset: last?.offset,
      byteLength: last?.length,
    })
    expect(result.relatedLocations).toHaveLength(2)
    expect(result.relatedLocations[0].physicalLocation.region.byteOffset).toBe(first?.offset)
    expect(result.partialFingerprints).toEqual({ 'finding/v1': joinedFinding.id })
    expect(result.properties.correlation.matches).toBe(3)
  })

  test('what could not be judged is a notification of its rule', () => {
    const [run] = JSON.parse([...sarifReport(incident())].join('')).runs
    const said = run.invocations[0].toolExecutionNotifications
    expect(said.map((one: { message: { text: string } }) => one.message.text)).toEqual([
      expect.stringContaining('could not judge 120 of 312 acts'),
      expect.stringContaining('could not judge 2 of 9 acts'),
    ])
    for (const { associatedRule } of said) {
      expect(run.tool.driver.rules[associatedRule.index].id).toBe(associatedRule.id)
    }
    expect(run.properties.unproven).toHaveLength(2)
  })

  test('no text becomes a link, no file another place', () => {
    expect(toMessage('[a](http://b)').text).toBe('[a\\](http://b)')
    expect(toUri('logs/a b#c?d')).toBe('logs/a%20b%23c%3Fd')
    expect(toUri('a:b/c')).toBe('a%3Ab/c')
    expect(toUri('/var/log/x.gz!y')).toBe('file:///var/log/x.gz!y')
    expect(toUri('\ud800')).toBe('%EF%BF%BD')
  })
})

describe('Timesketch', () => {
  test('golden', async () => {
    const text = [...timesketchReport(incident())].join('')
    await expect(text).toMatchFileSnapshot(golden('incident.jsonl'))
  })

  test.each(['', ...PAYLOADS])('has what Timesketch asks of each row: %j', (payload) => {
    const report = payload === '' ? incident() : hostile(payload)
    const rows = [...timesketchReport(report)].map((line) => JSON.parse(line))
    const events = report.report.findings.flatMap((finding) => finding.events)
    expect(rows).toHaveLength(events.length)
    for (const row of rows) {
      expect(row.datetime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/)
      expect(Number.isInteger(row.timestamp)).toBe(true)
      expect(Math.floor(row.timestamp / 1000)).toBe(Date.parse(row.datetime))
      expect(row.message).not.toBe('')
      expect(row.timestamp_desc).not.toBe('')
      const nested = Object.entries(row).filter(([, value]) => typeof value === 'object')
      expect(nested.map(([key]) => key)).toEqual(['tag'])
    }
  })

  test('a correlation has a row for each of its events, at its own time', () => {
    const report = { ...incident(), report: { ...incident().report, findings: [joinedFinding] } }
    const rows = [...timesketchReport(report)].map((line) => JSON.parse(line))
    expect(rows.map((row) => row.event_id)).toEqual(joinedFinding.events.map((one) => one.id))
    expect(rows[0]).toMatchObject({ finding_id: joinedFinding.id, matches: '3' })
  })
})
