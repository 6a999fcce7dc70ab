import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from './testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-author-'))
afterAll(() => rmSync(folder, { recursive: true }))

const log = fileURLToPath(new URL('testing/logs/shop/audit-a.log', import.meta.url))

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const RULE = `title: Shell in the shop
id: 1f0f5f38-1f3c-4c0a-8f0e-0f3c2b1a9d11
logsource: { product: kubernetes, service: audit }
detection:
  exec:
    request.resource: pods/exec
    objectRef.namespace: shop
    userAgent|startswith: curl/
  condition: exec
level: high
`

describe('rule lint', () => {
  test('1 with a line for each lint: file, line, column, and what to do', async () => {
    const rule = file('shell.yaml', RULE)
    const { exit, output } = await run(['rule', 'lint', rule])
    expect(exit).toBe(1)
    expect(output).toContain(`${rule}:8:5: warning: userAgent is what any client may write`)
    expect(output).toContain('(lint/forgeable-proof)\n  Ask for what the API server established')
    expect(output).toContain('1 rule: 2 lints\n')
  })

  test.skipIf(process.platform === 'win32')(
    'a pipe in a folder is an error and not waited for; of what has no end so much is read',
    async () => {
      const odd = mkdtempSync(join(folder, 'odd-'))
      mkdirSync(join(odd, 'a-folder.yaml'))
      writeFileSync(join(odd, 'a-folder.yaml', 'shell.yaml'), RULE)
      expect((await run(['rule', 'lint', odd])).output).toContain('1 rule: ')
      execFileSync('mkfifo', [join(odd, 'pipe.yaml')])
      const { exit, errors } = await run(['rule', 'lint', odd])
      expect([exit, errors]).toEqual([2, expect.stringContaining('pipe.yaml is no file')])
      mkdirSync(join(folder, 'no-cases.cases.yaml'))
      const rule = file('no-cases.yaml', RULE)
      const unread = await run(['rule', 'test', rule])
      expect([unread.exit, unread.errors]).toEqual([2, expect.stringContaining('cannot be read')])
      const endless = await run(['rule', 'lint', '/dev/zero'])
      expect([endless.exit, endless.errors]).toEqual([2, expect.stringContaining('is larger than')])
    },
  )

  test('--level leaves out what matters less', async () => {
    const rule = file('level.yaml', RULE)
    expect((await run(['rule', 'lint', rule, '--level', 'error'])).exit).toBe(0)
    const { exit, errors } = await run(['rule', 'lint', rule, '--level', 'fatal'])
    expect(exit).toBe(3)
    expect(errors).toContain('note, warning, error')
  })

  test('2 for a rule that is refused, whatever the level', async () => {
    const rule = file('refused.yaml', RULE.replace('userAgent|startswith', 'userAgnet'))
    const { exit, output } = await run(['rule', 'lint', rule, '--level', 'error'])
    expect(exit).toBe(2)
    expect(output).toContain(':8:5: error: there is no field userAgnet: did you mean userAgent?')
  })

  test('2 for a path that is not there', async () => {
    expect((await run(['rule', 'lint', join(folder, 'nothing.yaml')])).exit).toBe(2)
  })

  test('2 for a folder without a rule: a wrong path must not look like sound rules', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'))
    for (const command of ['lint', 'test']) {
      const { exit, errors } = await run(['rule', command, empty])
      expect([exit, errors]).toEqual([2, expect.stringContaining(`${empty} holds no rule`)])
    }
  })

  test('0 for the rules that come with deckwatch', async () => {
    const { exit, output } = await run(['rule', 'lint'])
    expect(output).toMatch(/^\d+ rules: nothing to say, \d+ set aside with a reason\n$/)
    expect(exit).toBe(0)
  })

  test('a rule that deckwatch has already is told', async () => {
    const rule = file(
      'same.yaml',
      RULE.replace('    objectRef.namespace: shop\n    userAgent|startswith: curl/\n', '')
        .replace('condition: exec', 'denied: { outcome: denied }\n  condition: exec and not denied')
        .replace('level: high', 'level: low'),
    )
    const { output } = await run(['rule', 'lint', rule])
    expect(output).toContain('asks exactly what "Command run in a pod"')
  })

  test('--format json', async () => {
    const { exit, output } = await run(['rule', 'lint', file('j.yaml', RULE), '--format', 'json'])
    expect(exit).toBe(1)
    const { rules, issues, ignored } = JSON.parse(output)
    expect(rules).toBe(1)
    expect(ignored).toEqual([])
    expect(issues[1]).toEqual({
      code: 'lint/forgeable-proof',
      grade: 'warning',
      message: expect.stringContaining('userAgent'),
      at: { file: join(folder, 'j.yaml'), line: 8, column: 5 },
      remedy: expect.stringContaining('API server'),
    })
  })

  test('--format sarif', async () => {
    const { output } = await run(['rule', 'lint', file('s.yaml', RULE), '--format', 'sarif'])
    const { version, runs } = JSON.parse(output)
    expect(version).toBe('2.1.0')
    const [{ tool, results }] = runs
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
      'lint/forgeable-proof',
      'lint/missing-cases',
    ])
    expect(results[1]).toMatchObject({
      ruleId: 'lint/forgeable-proof',
      ruleIndex: 0,
      level: 'warning',
      locations: [{ physicalLocation: { region: { startLine: 8, startColumn: 5 } } }],
    })
  })

  test('what a hostile rule says is escaped', async () => {
    const rule = file('h.yaml', RULE.replace('exec:', '"\\e]0;x":').replace(/exec$/m, '1 of them'))
    const { output } = await run(['rule', 'lint', rule])
    expect(output).not.toContain('\u001b')
  })
})

describe('rule new', () => {
  const made = (name: string) => [join(folder, `${name}.yaml`), join(folder, `${name}.cases.yaml`)]

  test('from an event of a log: tests pass, and lint only names what is left to write', async () => {
    const events = await run(['hunt', log, '--format', 'ndjson', '--threads', '0'])
    const [finding] = events.output.split('\n').filter((line) => line.includes('"C01"'))
    const { offset } = JSON.parse(finding ?? '').events.at(-1)
    const args = ['--from', `${log}@${offset}`, '--output', folder, '--tactic', 'execution']
    const { exit, output } = await run(['rule', 'new', 'from-event', ...args])
    expect(exit).toBe(0)
    expect(output).toMatch(/\d+ cases and mutants pass; /)
    const [rule = '', cases = ''] = made('from-event')
    expect(readFileSync(rule, 'utf8')).toContain('pod.containers[].privileged: true')
    expect(readFileSync(cases, 'utf8')).toContain('kind: blind')
    expect((await run(['rule', 'test', rule])).exit).toBe(0)
    const linted = await run(['rule', 'lint', rule, '--format', 'json'])
    const codes = JSON.parse(linted.output).issues.map(({ code }: { code: string }) => code)
    expect([...new Set(codes)]).toEqual(['lint/unfinished'])
    expect(output).toContain(`; ${codes.length} TODOs left to you`)
    const told = readFileSync(cases, 'utf8').replace('as it was logged', 'TODO, what happened')
    writeFileSync(cases, told)
    const more = JSON.parse((await run(['rule', 'lint', rule, '--format', 'json'])).output).issues
    expect(more).toHaveLength(codes.length + 1)
    expect(more.map(({ message }: { message: string }) => message)).toContain(
      'the title of a case says TODO',
    )
  })

  test('by audit id, in the logs', async () => {
    const first = JSON.parse(readFileSync(log, 'utf8').split('\n')[0] ?? '')
    const args = [log, '--from', first.auditID, '--output', folder, '--format', 'json']
    const { exit, output } = await run(['rule', 'new', 'by-id', ...args])
    expect(exit).toBe(0)
    const [rule, cases] = made('by-id')
    expect(JSON.parse(output)).toMatchObject({ rule, cases, failed: [] })
  })

  test('nothing is written over', async () => {
    const there = file('there.cases.yaml', 'mine\n')
    const { exit, errors } = await run(['rule', 'new', 'there', '--output', folder])
    expect(exit).toBe(3)
    expect(errors).toContain(`${there} is there already`)
    expect(readFileSync(there, 'utf8')).toBe('mine\n')
    expect(existsSync(join(folder, 'there.yaml'))).toBe(false)
  })

  test.each([
    [['../escape'], 3, 'is no name for a rule'],
    [['My Rule'], 3, 'is no name for a rule'],
    [['a-rule', '--tactic', 'defense-evasion'], 3, 'has no tactic "defense-evasion"'],
    [['a-rule', '--from', '/nonexistent/event.json'], 2, 'event.json'],
    [['a-rule', '--output', '/nonexistent'], 3, 'cannot be written'],
    [['a-rule', log], 3, 'name the event with --from'],
  ])('%j', async (args, code, said) => {
    const { exit, errors } = await run(['rule', 'new', ...args])
    expect(exit).toBe(code)
    expect(errors).toContain(said)
  })
})

describe('a rule in a file that names others', () => {
  const named = file('named.yaml', `${RULE}name: shell\n`)
  const many = file(
    'many.yaml',
    `title: Many shells
id: 1f0f5f38-1f3c-4c0a-8f0e-0f3c2b1a9d12
correlation: { type: event_count, rules: [shell], timespan: 5m, condition: { gte: 3 } }
level: high
`,
  )

  test('takes them from --rules', async () => {
    const { exit, output } = await run(['rule', 'show', many, '--rules', named])
    expect(exit).toBe(0)
    expect(output).toContain('Many shells')
    const sql = ['--to', 'clickhouse', '--output', join(folder, 'sql')]
    expect((await run(['rule', 'convert', many, '--rules', named, ...sql])).exit).toBe(0)
    expect(readdirSync(join(folder, 'sql'))).toEqual(['1f0f5f38-1f3c-4c0a-8f0e-0f3c2b1a9d12.sql'])
  })

  test('is refused without them, with the line and what to do', async () => {
    const { exit, errors } = await run(['rule', 'show', many])
    expect(exit).toBe(2)
    expect(errors).toContain(`${many}:3:43: there is no rule shell (sigma/bad-correlation)\n`)
    expect(errors).toContain('give the rules with it')
  })
})

test('rule test counts the rules without cases', async () => {
  const { exit, output } = await run(['rule', 'test', file('bare.yaml', RULE)])
  expect(exit).toBe(0)
  expect(output).toContain('1 rule: 0 passed, 0 failed, 1 without cases\n')
})

test('rule schema prints the schema of the reference', async () => {
  const { exit, output } = await run(['rule', 'schema'])
  expect(exit).toBe(0)
  const url = new URL('../../docs/reference/rule.schema.json', import.meta.url)
  expect(Object.keys(JSON.parse(output).$defs)).toEqual(
    Object.keys(JSON.parse(readFileSync(url, 'utf8')).$defs),
  )
})
