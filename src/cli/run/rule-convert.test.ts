import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { escapeTerminal } from '../../base/escape-text.ts'
import { run } from '../testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-convert-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const convert = (...args: readonly string[]): ReturnType<typeof run> =>
  run(['rule', 'convert', ...args])

const FALCO = `
- rule: Pod made
  desc: Somebody made a pod.
  condition: ka.verb=create and ka.target.resource=pods
  output: Pod made (user=%ka.user.name)
  priority: WARNING
  source: k8s_audit
- rule: Odd
  desc: It asks what cannot be said.
  condition: ka.req.configmap.obj contains x
  output: o
  priority: WARNING
  source: k8s_audit
`

describe('rule convert', () => {
  test('needs to know from or to what, and a name for a table', async () => {
    expect((await convert('C01')).exit).toBe(3)
    expect((await convert('C01', '--to', 'clickhouse', '--from', 'falco')).exit).toBe(3)
    expect((await convert('C01', '--to', 'elsewhere')).exit).toBe(3)
    const { exit, errors } = await convert('C01', '--to', 'clickhouse', '--table', 'a; DROP')
    expect(exit).toBe(3)
    expect(errors).toContain('no name of a table')
  })

  test('--to clickhouse: parameters are set before, or stand within', async () => {
    const bound = await convert('C01', '--to', 'clickhouse')
    expect(bound.exit).toBe(0)
    expect(bound.output).toContain('-- C01 Privileged container')
    expect(bound.output).toMatch(/SET param_p0 = '.*';\n/)
    expect(bound.output).toContain('{p0:String}')
    const inline = await convert('C01', '--to', 'clickhouse', '--inline', '--table', 'audit.events')
    expect(inline.output).not.toContain('{p0:')
    expect(inline.output).toContain('FROM audit.events')
  })

  test('--to clickhouse says what no column holds', async () => {
    const { output } = await convert('G03', '--to', 'clickhouse')
    expect(output).toContain('-- left open (NULL), because no column holds it: annotations.')
    const { output: json } = await convert('G03', '--to', 'clickhouse', '--format', 'json')
    const [record] = JSON.parse(json).rules
    expect(record.open).toEqual(['annotations.authorization.k8s.io/decision'])
    expect(record.parameters.p0).toBeTypeOf('string')
    expect(record.query).toContain('{p0:String}')
  })

  test('--to clickhouse: a correlation is a whole query', async () => {
    const { exit, output } = await convert('F02', '--to', 'clickhouse')
    expect(exit).toBe(0)
    expect(output).toContain('SELECT cluster, ')
    expect(output).toContain('OVER (PARTITION BY')
  })

  test('--to clickhouse of a file whose rule is refused, and of a name that is none', async () => {
    const bad = write('bad.yaml', 'title: bad\nlogsource: {}\ndetection: { condition: a }\n')
    const { exit, errors } = await convert(bad, '--to', 'clickhouse')
    expect(exit).toBe(2)
    expect(errors).toContain('bad.yaml')
    expect((await convert('Z99', '--to', 'clickhouse')).exit).toBe(2)
  })

  test('a title cannot leave its comment', async () => {
    const text = `title: "x\\nSELECT 1; --"
logsource: { product: kubernetes, service: audit }
detection: { a: { verb: get }, condition: a }
`
    const { output } = await convert(write('odd.yaml', text), '--to', 'clickhouse')
    const lines = output.split('\n').filter((line) => line.includes('SELECT 1'))
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line.startsWith('-- ')).toBe(true)
  })

  test('--from falco: rules on the output, everything else said, and 2 for what was not', async () => {
    const { exit, output, errors } = await convert(write('falco.yaml', FALCO), '--from', 'falco')
    expect(exit).toBe(2)
    expect(output).toContain('title: Pod made')
    expect(output).not.toContain('Odd')
    expect(errors).toContain('falco.yaml:8:3: Odd: ka.req.configmap.obj')
    expect(errors).toContain('1 rule converted')
    const sound = write('sound.yaml', FALCO.slice(0, FALCO.indexOf('- rule: Odd')))
    expect((await convert(sound, '--from', 'falco')).exit).toBe(0)
  })

  test('--output: a file for each, that rule test takes; what is there stays', async () => {
    const target = join(folder, 'out')
    const falco = write('falco.yaml', FALCO)
    const { output } = await convert(falco, '--from', 'falco', '--output', target)
    expect(output).toBe('')
    expect(readdirSync(target)).toEqual(['pod-made.yaml'])
    expect((await run(['rule', 'test', target])).exit).toBe(0)
    const before = readFileSync(join(target, 'pod-made.yaml'), 'utf8')
    const again = await convert(falco, '--from', 'falco', '--output', target)
    expect(again.exit).toBe(3)
    expect(again.errors).toContain('EEXIST')
    expect(readFileSync(join(target, 'pod-made.yaml'), 'utf8')).toBe(before)
    const sql = await convert('C01', '--to', 'clickhouse', '--output', join(folder, 'sql'))
    expect(sql.exit).toBe(0)
    expect(readdirSync(join(folder, 'sql'))[0]).toMatch(/^C01-[0-9a-f-]+\.sql$/)
  })

  test('shows nothing hidden of what it was given', async () => {
    const hidden = FALCO.replaceAll('Odd', '"\\e[2J\\u202e"')
    const { errors } = await convert(write('hidden.yaml', hidden), '--from', 'falco')
    const lines = errors.split('\n')
    expect(lines.filter((line) => escapeTerminal(line) !== line)).toEqual([])
    expect(errors).toContain('\\u{202e}')
  })

  test('the rules of the tests are what the fixture holds', async () => {
    const fixture = new URL('../../advise/convert/fixtures/cluster.yaml', import.meta.url)
    const { exit, output } = await convert(
      fileURLToPath(fixture),
      '--from',
      'falco',
      '--format',
      'json',
    )
    expect(exit).toBe(0)
    const { rules, issues } = JSON.parse(output)
    expect(rules).toHaveLength(18)
    expect(rules[0].notes.length).toBeGreaterThan(0)
    expect(issues.length).toBeGreaterThan(0)
  })
})
