import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../testing/memory-shell.ts'

const LOG = fileURLToPath(new URL('../testing/logs/shop/audit-a.log', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'deckwatch-policy-'))
const file = (name: string): string => join(folder, name)

const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    verbs: [get, list, watch]
  - level: Metadata
    users: ["nobody\\e[31m"]
  - level: Metadata
`

beforeAll(() => {
  writeFileSync(file('policy.yaml'), POLICY)
  writeFileSync(
    file('all.yaml'),
    POLICY.replace(/rules:[\s\S]*/, 'rules:\n  - level: RequestResponse\n'),
  )
  writeFileSync(file('bad.yaml'), 'apiVersion: audit.k8s.io/v1\nkind: Policy\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

const dw = (...words: readonly string[]): ReturnType<typeof run> => run(['policy', ...words])

describe('policy simulate', () => {
  it('says how much, what costs most, what is lost and what never matches', async () => {
    const { exit, output } = await dw('simulate', '--policy', file('policy.yaml'), LOG)
    expect(exit).toBe(0)
    expect(output).toContain('3 rules, without RequestReceived')
    expect(output).toMatch(/^ {2}logged +\d/m)
    expect(output).toMatch(/^ {2}rule 3 \(line 9\) +Metadata +\d+ .* 100\.0 %/m)
    expect(output).toMatch(/WHAT WOULD BE LOST\n +\d+ .*get /)
    expect(output).toMatch(/NEVER MATCHED BY THESE EVENTS\n {2}rule 2 \(line 7\)/)
    expect(output).not.toContain('\u001b')
  })

  it('does not call lost what is logged at another stage', async () => {
    const omitting =
      'apiVersion: audit.k8s.io/v1\nomitStages: [ResponseComplete]\nrules: [{level: Metadata}]\n'
    writeFileSync(file('omitting.yaml'), omitting)
    const { output } = await dw('simulate', '--policy', file('omitting.yaml'), LOG)
    expect(output).toMatch(
      /WHAT WOULD BE LOST\n {2}\d+ events by omitted stages, of requests logged at another stage\n\n/,
    )
  })

  it('gives all of it as JSON, with every key', async () => {
    const { output } = await dw(
      'simulate',
      '--policy',
      file('policy.yaml'),
      LOG,
      '--format',
      'json',
    )
    const result = JSON.parse(output)
    expect(result.total.recordedBytes).toBe(readFileSync(LOG).length)
    expect(result.rules.map((one: { rule: number; line: number }) => [one.rule, one.line])).toEqual(
      [
        [0, 5],
        [1, 7],
        [2, 9],
        [-1, null],
      ],
    )
    expect(result.neverMatched).toEqual([1])
    expect(Object.keys(result)).toEqual([
      ...['policy', 'servers', 'span', 'total', 'perDay', 'droppedByLevel', 'droppedByStage'],
      ...['undecided', 'wrapped', 'rules', 'severalRules', 'neverMatched', 'levels', 'stages'],
      ...['resources', 'users', 'lost', 'days'],
    ])
  })

  it('says at least where the recording holds less than the policy wants', async () => {
    const { output } = await dw('simulate', '--policy', file('all.yaml'), LOG)
    expect(output).toContain('of the recorded bytes, at least')
    expect(output).toContain('recorded below the level')
  })

  it('refuses what it cannot use', async () => {
    expect((await dw('simulate', LOG)).exit).toBe(3)
    expect((await dw('simulate', '--policy', '-', '-')).exit).toBe(3)
    const bad = await dw('simulate', '--policy', file('bad.yaml'), LOG)
    expect(bad.exit).toBe(2)
    expect(bad.errors).toContain('does not start with this policy')
    expect((await dw('simulate', '--policy', file('policy.yaml'), file('policy.yaml'))).exit).toBe(
      2,
    )
  })
})

describe('policy estimate', () => {
  it.each([
    ['--maxsize', '0'],
    ['--maxbackup', '0', '--maxage', '0'],
  ])('says of files that nothing deletes how they grow: %s %s', async (...words) => {
    const { exit, output } = await dw('estimate', '--bytes-per-day', '70MB', ...words)
    expect(exit).toBe(0)
    expect(output).toMatch(/23\.3 MB {2}more disk each day at each API server/)
    expect(output).toContain('Nothing deletes log files')
    expect(output).not.toContain('a collector may be down')
  })

  it('takes a number', async () => {
    const { exit, output } = await dw(
      ...['estimate', '--bytes-per-day', '70MB', '--retention', '10', '--price', '2'],
    )
    expect(exit).toBe(0)
    expect(output).toContain('From 70MB of log lines a day, as given.')
    expect(output).toMatch(/70\.0 MB {2}on disk, once the oldest day/)
    expect(output).toMatch(/0\.13 a month {2}for storage/)
  })

  it('takes logs, as they are or as a policy logs them', async () => {
    const figures = async (
      ...words: readonly string[]
    ): Promise<{ name: string; value: number }[]> =>
      JSON.parse((await dw('estimate', LOG, ...words, '--format', 'json')).output).figures
    const bytesPerDay = async (...words: readonly string[]): Promise<number> =>
      (await figures(...words)).find(({ name }) => name === 'bytesPerDay')?.value ?? 0
    expect(await bytesPerDay('--policy', file('policy.yaml'))).toBeLessThan(await bytesPerDay())
  })

  it.each([
    [[]],
    [['--policy', 'policy.yaml']],
    [['--bytes-per-day', '70 apples']],
    [['--bytes-per-day', '1GiB', '--copies', '0']],
    [['--bytes-per-day', '1GiB', '--maxbackup', '1.5']],
    [[LOG, '--bytes-per-day', '1GiB']],
  ])('refuses %j', async (words) => {
    expect((await dw('estimate', ...words)).exit).toBe(3)
  })

  it('reads sizes with decimal and binary units', async () => {
    const of = async (size: string): Promise<unknown> =>
      JSON.parse((await dw('estimate', '--bytes-per-day', size, '--format', 'json')).output).request
        .bytesPerDay
    expect(await of('3.5GiB')).toBe(3.5 * 1024 ** 3)
    expect(await of('2kB')).toBe(2_000)
    expect(await of('1500')).toBe(1_500)
  })
})

describe('policy infer', () => {
  it('shows rules with how sure they are, and says that never seen is not None', async () => {
    const { exit, output } = await dw('infer', LOG)
    expect(exit).toBe(0)
    expect(output).toContain('POLICY OF shop/audit-a')
    expect(output).toContain('What was never seen is not known to be None')
  })

  it('looks only at the time that is asked for', async () => {
    expect((await dw('infer', LOG, '--until', '2020-01-01')).exit).toBe(3)
    expect((await dw('infer', LOG, '--since', '2020-01-01', '--until', '2099-01-01')).exit).toBe(0)
  })

  it('writes a policy that loads', async () => {
    const { output } = await dw('infer', LOG, '--format', 'yaml')
    writeFileSync(file('inferred.yaml'), output)
    expect((await dw('show', file('inferred.yaml'))).exit).toBe(0)
    const { output: text } = await dw('simulate', '--policy', file('inferred.yaml'), LOG)
    expect(text).toMatch(/^ {2}logged .* 100\.0 % of the recorded bytes$/m)
  })

  it('exits with 1 where API servers differ, and shows an event of each', async () => {
    const lines = readFileSync(LOG, 'utf8').trimEnd().split('\n')
    const many = Array.from({ length: 80 }, () => lines[0]).join('\n')
    writeFileSync(file('a.log'), `${many}\n`)
    const level = /"level":"\w+"/
    const other = lines[0]?.match(level)?.[0].includes('Metadata') ? 'Request' : 'Metadata'
    writeFileSync(file('b.log'), `${many.replace(new RegExp(level, 'g'), `"level":"${other}"`)}\n`)
    const { exit, output } = await dw('infer', file('a.log'), file('b.log'))
    expect(exit).toBe(1)
    expect(output).toContain('DRIFT: 2 policies are in force')
    expect(output).toContain('confidence high')
    const json = JSON.parse(
      (await dw('infer', file('a.log'), file('b.log'), '--format', 'json')).output,
    )
    expect(json.drift).toHaveLength(1)
    expect(json.drift[0].example.file).toContain('a.log')
    expect(json.drift[0].otherExample.level).toBe(other)
  })
})
