import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { commands } from './registry.ts'
import { columnsOf, type Output, type Shell, wantsColour } from './shell.ts'
import { run } from './testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const logs = fileURLToPath(new URL('testing/logs', import.meta.url))
const log = join(logs, 'shop/audit-a.log')

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const BAD_RULE = `title: bad
logsource: { product: kubernetes, service: audit }
detection:
  a: { nonsense: 1 }
  condition: a
`

const hunt = (...args: string[]): ReturnType<typeof run> => run(['hunt', '--threads', '0', ...args])
const ids = (ndjson: string): string[] =>
  ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).rule.detection)

describe('exit codes of hunt', () => {
  test('1 when there are findings', async () => {
    const { exit, output } = await hunt(logs)
    expect(exit).toBe(1)
    expect(output).toContain('FOUND  9 findings')
  })

  test('0 when there are none', async () => {
    const { exit } = await hunt(log, '--actor', 'nobody')
    expect(exit).toBe(0)
  })

  test('--fail-on: only findings at or above it count', async () => {
    expect((await hunt(log, '--fail-on', 'high')).exit).toBe(1)
    expect((await hunt(log, '--fail-on', 'critical')).exit).toBe(0)
  })

  test('2 for a path that is not there', async () => {
    const missing = join(folder, 'missing.log')
    const { exit, output, errors } = await hunt(missing)
    expect(exit).toBe(2)
    expect(errors).toContain('missing.log')
    expect(output).toBe('')
    expect((await hunt(missing, log)).output).toContain('FOUND')
    expect(JSON.parse((await hunt(missing, '--format', 'json')).output).report.inputs).toEqual([])
  })

  test('2 for a named file without any audit event', async () => {
    const { exit, errors } = await hunt(file('poem.txt', 'roses are red\n'))
    expect(exit).toBe(2)
    expect(errors).toContain('cli/no-events')
  })

  test('2 for a rule that is refused; the others still run', async () => {
    const rule = file('bad.yaml', BAD_RULE)
    const { exit, errors, output } = await hunt(log, '--rules', rule)
    expect(exit).toBe(2)
    expect(errors).toContain('sigma/unknown-field')
    expect(output).toContain('FOUND  9 findings')
  })

  test('a given rule that is a shipped one counts once', async () => {
    const shipped = fileURLToPath(new URL('../../content/rules', import.meta.url))
    const [twice, once] = await Promise.all([
      hunt(log, '--format', 'json', '--rules', shipped),
      hunt(log, '--format', 'json'),
    ])
    expect(twice).toEqual(once)
  })

  test('--strict: 2 for any issue of the log', async () => {
    const torn = file('torn.log', readFileSync(log, 'utf8').slice(0, -200))
    expect((await hunt(torn)).exit).toBe(1)
    expect((await hunt(torn, '--strict')).exit).toBe(2)
  })

  test.each([
    [['--nonsense'], 'unknown option'],
    [['--format', 'xml'], 'text, ndjson, json, csv, html'],
    [['--since', 'yesterday'], 'RFC 3339'],
    [['--since', '2026-11-21', '--until', '2026-11-20'], 'is not before'],
    [['--source', 'prod'], '--source'],
    [['--proxy', 'localhost'], '10.0.0.0/8'],
    [['--threads', '-1'], '--threads'],
    [['--threads', String(LIMIT.threadsMax + 1)], `from 0 to ${LIMIT.threadsMax}`],
    [['--ignore', '/nonexistent/ignore.yaml'], 'cannot be read'],
    [['--baseline', '/nonexistent/base.ndjson'], 'cannot be read'],
    [['--output', '/nonexistent/report.html'], 'cannot be written'],
  ])('3 for %j, and says what to do', async (args, said) => {
    const { exit, errors } = await run(['hunt', log, ...args])
    expect(exit).toBe(3)
    expect(errors).toContain(said)
  })

  test('3 for an ignore file with a bad entry, with its place', async () => {
    const bad = file('bad-ignore.yaml', '- rule: B01\n  expires: "2030-01-01"\n')
    const { exit, errors } = await hunt(log, '--ignore', bad)
    expect(exit).toBe(3)
    expect(errors).toContain('bad-ignore.yaml:1:3: the entry needs reason')
  })

  test('an ignore file that is no YAML is told once', async () => {
    const { exit, errors } = await hunt(log, '--ignore', log)
    expect(exit).toBe(3)
    expect(errors.match(/:\d+:\d+: /g)).toHaveLength(1)
  })

  test('130 when interrupted, with what was found until then', async () => {
    const interruption = new AbortController()
    interruption.abort()
    const { exit, output } = await run(['hunt', log, '--threads', '0'], {
      signal: interruption.signal,
    })
    expect(exit).toBe(130)
    expect(output).toContain('Interrupted')
  })
})

describe('choices of hunt', () => {
  test('--level, --actor, --namespace', async () => {
    const level = await hunt(log, '--format', 'ndjson', '--level', 'high')
    expect(ids(level.output)).toEqual(['A02', 'C01', 'D17'])
    const actor = await hunt(log, '--format', 'ndjson', '--actor', 'er*')
    expect(ids(actor.output).sort()).toEqual(['B01', 'B08'])
    const namespace = await hunt(log, '--format', 'ndjson', '--namespace', 'pay?ents')
    expect(ids(namespace.output).sort()).toEqual(['B16', 'C01', 'D17', 'F02'])
  })

  test('--since and --until', async () => {
    const { output } = await hunt(log, '--format', 'ndjson', '--since', '2026-11-20T21:54:26Z')
    expect(ids(output).sort()).toEqual(['B16', 'C01', 'D17', 'F02'])
    const until = await hunt(log, '--format', 'ndjson', '--until', '2026-11-20T21:54:26Z')
    expect(ids(until.output).sort()).toEqual(['A01', 'A02', 'B01', 'B08', 'G03'])
    const none = await hunt(log, '--since', '2026-11-21')
    expect(none.exit).toBe(0)
    expect(none.output).toContain('only events since 2026-11-21 were judged')
  })

  test('--baseline: only what is new, from NDJSON and from JSON', async () => {
    const earlier = await hunt(log, '--format', 'ndjson', '--level', 'high')
    const base = file('base.ndjson', earlier.output)
    const later = await hunt(log, '--format', 'ndjson', '--baseline', base)
    expect(ids(later.output).sort()).toEqual(['A01', 'B01', 'B08', 'B16', 'F02', 'G03'])
    const whole = file('base.json', (await hunt(log, '--format', 'json')).output)
    const nothing = await hunt(log, '--format', 'ndjson', '--baseline', whole)
    expect(nothing).toMatchObject({ exit: 0, output: '' })
  })

  test('--ignore sets aside and still counts; an entry ends with its day', async () => {
    const ignore = file(
      'ignore.yaml',
      `- rule: B01
  actor: erin
  reason: a test of the on-call team
  expires: 2026-12-01
- rule: C01
  reason: it was allowed for a week
  expires: 2026-11-19
`,
    )
    const summary = join(folder, 'summary.json')
    const { output, errors } = await hunt(log, '--ignore', ignore, '--summary', summary)
    expect(output).toContain('1 finding set aside by the ignore file')
    expect(output).toContain('a test of the on-call team')
    expect(output).toContain('Privileged container')
    expect(errors).toContain('cli/ignore-expired')
    const totals = JSON.parse(readFileSync(summary, 'utf8'))
    expect(totals).toMatchObject({ events: 7, findings: 8, setAside: 1 })
  })
})

describe('machine formats', () => {
  test.each(['ndjson', 'json', 'csv', 'html'])(
    '%s is the same bytes every time',
    async (format) => {
      const [one, two] = await Promise.all([
        hunt(logs, '--format', format),
        run(['hunt', logs, '--format', format, '--threads', format === 'json' ? '2' : '0']),
      ])
      expect(one.output).toBe(two.output)
      expect(one.output).not.toContain(logs)
    },
  )

  test('the same whatever the order and the folder of the files', async () => {
    const copy = mkdtempSync(join(folder, 'copy-'))
    const [a, b] = ['a.log', 'b.log'].map((name) => join(copy, name))
    const lines = readFileSync(log, 'utf8').split('\n')
    writeFileSync(a ?? '', lines.slice(0, 3).join('\n'))
    writeFileSync(b ?? '', lines.slice(3).join('\n'))
    const names = ['--source', 'shop/one=*']
    const one = await hunt(a ?? '', b ?? '', '--format', 'json', ...names)
    const two = await hunt(b ?? '', a ?? '', '--format', 'json', ...names)
    expect(one.output).toBe(two.output)
  })
})

describe('show, explain, decode', () => {
  test('show prints a finding whole, by the beginning of its id', async () => {
    const { output } = await hunt(log, '--format', 'ndjson', '--actor', 'erin')
    const { id } = JSON.parse(output.split('\n')[0] ?? '')
    const shown = await run(['show', id.slice(0, 8), log, '--around', '10m', '--threads', '0'])
    expect(shown.exit).toBe(1)
    expect(shown.output).toContain(id)
    expect(shown.output).toContain('"requestURI"')
    expect(shown.output).toContain('what the same actor did besides')
    const json = await run(['show', id, log, '--format', 'json', '--threads', '0'])
    expect(JSON.parse(json.output)).toMatchObject({ finding: { id }, stages: [{}, {}] })
  })

  test('show of an id that is not there, and of one that is not enough', async () => {
    expect((await run(['show', 'zz', log, '--threads', '0'])).exit).toBe(2)
    const { exit, errors } = await run(['show', '', log, '--threads', '0'])
    expect(exit).toBe(2)
    expect(errors).toContain('give more of the id')
  })

  test('show does not pretend to read the standard input twice', async () => {
    const { exit, errors } = await run(['show', '0', '-'])
    expect(exit).toBe(3)
    expect(errors).toContain('give a file')
  })

  test('LIMIT.aroundEventsMax: more is only counted', async () => {
    const [line = ''] = readFileSync(log, 'utf8').split('\n').slice(3)
    const many = Array.from({ length: LIMIT.aroundEventsMax + 7 }, (_, i) =>
      line
        .replace(
          /"auditID":"[^"]*"/,
          `"auditID":"0d1cf3a6-7f1e-4dd5-8b0a-${String(i).padStart(12, '0')}"`,
        )
        .replaceAll('/exec?', `/exec?n=${i}&`),
    )
    const path = file('many.log', `${many.join('\n')}\n`)
    const { output } = await hunt(path, '--format', 'ndjson', '--level', 'medium')
    const { id } = JSON.parse(output.split('\n')[0] ?? '')
    const shown = await run(['show', id, path, '--around', '1m', '--threads', '0'])
    expect(shown.output).toMatch(/… and [1-9] more events?/)
  })

  test.each([
    ['C01', 'match', 1],
    ['B01', 'no match', 0],
  ])('explain --rule %s: %s', async (rule, verdict, code) => {
    const { exit, output } = await run(['explain', '--rule', rule, '--event', `${log}@0`])
    expect(output).toContain(`Verdict: ${verdict}`)
    expect(exit).toBe(code)
  })

  test('explain of an event by its audit id, as JSON', async () => {
    const { output } = await run([
      ...['explain', '--rule', 'C01', '--format', 'json'],
      ...['--event', '38d70345-3a41-469e-a278-4eb0785c7539', logs],
    ])
    const { verdict, tests } = JSON.parse(output)
    expect(verdict).toBe('match')
    expect(tests[2]).toMatchObject({ field: 'pod.containers[].privileged', seen: 'true' })
  })

  test('explain of an audit id without logs says what to name', async () => {
    const id = '38d70345-3a41-469e-a278-4eb0785c7539'
    const { exit, errors } = await run(['explain', '--rule', 'C01', '--event', id])
    expect(exit).toBe(2)
    expect(errors).toContain(`${id} holds no event, or is no file`)
    expect(errors).toContain('an audit id and the logs to look in')
  })

  test('explain says when a file holds several events, and when the rule is unknown', async () => {
    const several = await run(['explain', '--rule', 'C01', '--event', log])
    expect(several.exit).toBe(2)
    expect(several.errors).toContain('more than one event')
    expect((await run(['explain', '--rule', 'Z99', '--event', log])).exit).toBe(2)
    expect((await run(['explain'])).exit).toBe(3)
  })

  test('decode prints canonical events in each format', async () => {
    const lines = (await run(['decode', log])).output.trimEnd().split('\n')
    expect(lines).toHaveLength(7)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ apiVersion: 'audit.k8s.io/v1' })
    expect(JSON.parse((await run(['decode', log, '--format', 'json'])).output)).toHaveLength(7)
    expect((await run(['decode', log, '--format', 'text'])).output).toContain('grace as eve list')
  })

  test.each([['hunt'], ['decode']])('%s never writes over a log', async (command) => {
    const text = readFileSync(log, 'utf8')
    const path = file('evidence.log', text)
    const more = command === 'hunt' ? ['--threads', '0'] : []
    const { exit, errors } = await run([command, folder, '--output', path, ...more])
    expect(exit).toBe(3)
    expect(errors).toContain('is one of the logs')
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('decode reports what it could not read, and goes on', async () => {
    const torn = file('half.log', `${readFileSync(log, 'utf8')}{"kind":"Event","level":`)
    const { exit, output, errors } = await run(['decode', torn])
    expect(output.trimEnd().split('\n')).toHaveLength(7)
    expect(errors).toContain('half.log@')
    expect(exit).toBe(0)
    const issues = join(folder, 'issues.ndjson')
    expect((await run(['decode', torn, '--strict', '--issues', issues])).exit).toBe(2)
    expect(JSON.parse(readFileSync(issues, 'utf8').split('\n')[0] ?? '').code).toMatch(/^decode\//)
  })
})

describe('secrets', () => {
  const token = [
    'eyJhbGciOiJSUzI1NiIsImtpZCI6Ing',
    'eyJzdWIiOiJzeXN0ZW0ifQ',
    'c2lnbmF0dXJlLXRleHQ',
  ].join('.')
  const value = 'aHVudGVyMi1pcy1zZWNyZXQ='
  const base = JSON.parse(readFileSync(log, 'utf8').split('\n')[0] ?? '')
  const secret = {
    ...base,
    auditID: '11111111-2222-4333-8444-555555555555',
    verb: 'create',
    requestURI: '/api/v1/namespaces/shop/secrets',
    objectRef: { resource: 'secrets', namespace: 'shop', name: 'db', apiVersion: 'v1' },
    requestObject: { kind: 'Secret', apiVersion: 'v1', data: { password: value } },
    responseObject: { kind: 'Secret', apiVersion: 'v1', data: { password: value } },
  }
  const exec = {
    ...base,
    auditID: '11111111-2222-4333-8444-666666666666',
    verb: 'get',
    requestURI:
      '/api/v1/namespaces/shop/pods/web/exec?command=curl&command=-H' +
      `&command=Authorization%3A+Bearer+${token}`,
    objectRef: {
      resource: 'pods',
      subresource: 'exec',
      namespace: 'shop',
      name: 'web',
      apiVersion: 'v1',
    },
    requestObject: undefined,
    responseObject: undefined,
  }
  const path = file('secret.log', `${JSON.stringify(secret)}\n${JSON.stringify(exec)}\n`)

  test('are masked in everything shown', async () => {
    const found = await hunt(path, '--format', 'ndjson')
    const finding = found.output.split('\n').find((line) => line.includes('"B01"')) ?? '{}'
    const outputs = await Promise.all([
      ...['text', 'ndjson', 'json', 'csv', 'html'].map((format) => hunt(path, '--format', format)),
      ...['text', 'ndjson', 'json'].map((format) => run(['decode', path, '--format', format])),
      run(['show', JSON.parse(finding).id, path, '--threads', '0', '--around', '1h']),
      run(['explain', '--rule', 'B13', '--event', exec.auditID, path]),
      run(['explain', '--rule', 'B13', '--event', exec.auditID, path, '--format', 'json']),
    ])
    for (const { output } of outputs) {
      expect(output.length).toBeGreaterThan(100)
      expect(output).not.toContain(token.slice(0, 40))
      expect(output).not.toContain(token.slice(-18))
      expect(output).not.toContain(value.slice(0, 12))
    }
  })
})

describe('rule', () => {
  test('list in each format', async () => {
    expect((await run(['rule', 'list'])).output).toContain('Privileged container')
    const json = JSON.parse((await run(['rule', 'list', '--format', 'json'])).output)
    expect(json.length).toBeGreaterThanOrEqual(33)
    expect(Object.keys(json[0])).toEqual(
      expect.arrayContaining(['id', 'level', 'detection', 'techniques', 'title']),
    )
  })

  test('show: fields with trust and least level, and the plan', async () => {
    const { output } = await run(['rule', 'show', 'c01'])
    expect(output).toMatch(/pod\.containers\[\]\.privileged\s+boolean\s+client\s+Request/)
    expect(output).toContain('one of pod.containers[], for which')
    expect((await run(['rule', 'show', 'Z99'])).exit).toBe(2)
  })

  test('test: passes, fails with 1, and shows the event that failed', async () => {
    const folderOfRule = fileURLToPath(
      new URL('../../content/rules/execution/pod-attach', import.meta.url),
    )
    const rule = file('attach.yaml', readFileSync(`${folderOfRule}.yaml`, 'utf8'))
    const cases = readFileSync(`${folderOfRule}.cases.yaml`, 'utf8')
    file('attach.cases.yaml', cases)
    expect((await run(['rule', 'test', rule])).exit).toBe(0)
    file('attach.cases.yaml', cases.replace('kind: match', 'kind: near-miss'))
    const { exit, output } = await run(['rule', 'test', rule])
    expect(exit).toBe(1)
    expect(output).toContain('expected no match, got match')
    expect(output).toMatch(/✓ +\S+ +request\.resource +equals +pods\/attach +pods\/attach +yes/)
    expect(output).toContain('"verb":')
    const json = JSON.parse((await run(['rule', 'test', rule, '--format', 'json'])).output)
    expect(json.totals.failed).toBeGreaterThan(0)
  })
})

describe('the shell', () => {
  test('help GROUP COMMAND is the help of that command', async () => {
    const { exit, output } = await run(['help', 'source', 'check'])
    expect(exit).toBe(0)
    expect(output).toContain('Usage: deckwatch source check')
    expect((await run(['help', 'source'])).output).toContain('webhook-config')
  })

  test('help of every command ends with examples', async () => {
    const paths = commands.flatMap((row) =>
      row.kind === 'command' ? [[row.name]] : row.commands.map((one) => [row.name, one.name]),
    )
    for (const path of paths) {
      const { exit, output } = await run([...path, '--help'])
      expect(exit).toBe(0)
      expect(output).toContain('Examples:')
    }
  })

  test('every command has --format', () => {
    const all = commands.flatMap((row) => (row.kind === 'command' ? [row] : row.commands))
    const without = all.filter((one) => !one.options.some((option) => option.name === '--format'))
    expect(without).toEqual([])
  })

  test.each(['bash', 'zsh', 'fish'])(
    'completion for %s names commands and options',
    async (name) => {
      const { output } = await run(['completion', name])
      for (const word of ['hunt', 'baseline', 'ndjson', 'rule']) expect(output).toContain(word)
      const json = await run(['completion', name, '--format', 'json'])
      expect(JSON.parse(json.output)).toEqual({ script: output })
      expect((await run(['completion', 'tcsh'])).exit).toBe(3)
    },
  )

  test('completion in bash: commands, options, choices, else files', async () => {
    const script = file('completion.bash', (await run(['completion', 'bash'])).output)
    const complete = (...words: string[]): readonly string[] => {
      const line = words.map((word) => `'${word}'`).join(' ')
      const call = `COMP_WORDS=(deckwatch ${line}); COMP_CWORD=${words.length}; _deckwatch`
      const text = `source ${script}; ${call}; echo "\${COMPREPLY[@]}"`
      return spawnSync('bash', ['-c', text], { cwd: folder, encoding: 'utf8' })
        .stdout.trim()
        .split(' ')
    }
    expect(complete('h')).toEqual(['hunt'])
    expect([...complete('rule', '')].sort()).toEqual(
      ['list', 'show', 'new', 'lint', 'test', 'convert', 'schema'].sort(),
    )
    expect(complete('rule', 'list', '--f')).toEqual(['--format'])
    expect(complete('hunt', '--format', 'n')).toEqual(['ndjson'])
    expect(complete('hunt', 'completion.b')).toEqual(['completion.bash'])
  })

  test('no command is an error that shows what there is', async () => {
    const { exit, errors } = await run([])
    expect(exit).toBe(3)
    expect(errors).toContain('Commands:')
  })

  test('colour: NO_COLOR, FORCE_COLOR, a terminal, a dumb one', () => {
    const output = (terminal: boolean): Output => ({
      terminal,
      columns: undefined,
      write: async () => {},
    })
    const shell = (environment: Shell['environment']): Shell => ({
      output: output(true),
      errors: output(true),
      environment,
      signal: new AbortController().signal,
    })
    expect(wantsColour(output(true), shell({}), false)).toBe(true)
    expect(wantsColour(output(false), shell({}), false)).toBe(false)
    expect(wantsColour(output(true), shell({ NO_COLOR: '1' }), false)).toBe(false)
    expect(wantsColour(output(true), shell({}), true)).toBe(false)
    expect(wantsColour(output(false), shell({ FORCE_COLOR: '1' }), false)).toBe(true)
    expect(wantsColour(output(true), shell({ FORCE_COLOR: '0' }), false)).toBe(false)
    expect(wantsColour(output(true), shell({ TERM: 'dumb' }), false)).toBe(false)
    expect(columnsOf(output(false), shell({ COLUMNS: '132' }))).toBe(132)
    expect(columnsOf(output(false), shell({ COLUMNS: 'wide' }))).toBe(100)
  })
})
