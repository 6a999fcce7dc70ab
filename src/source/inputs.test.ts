import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { listInputs, stemOf } from './inputs.ts'
import { makeFolder } from './testing/folder.ts'

const folder = makeFolder()
afterAll(folder.remove)

const shown = (paths: readonly string[]): readonly string[] =>
  paths.map((path) => path.slice(folder.path.length + 1))

describe('what is read', () => {
  test('files, folders with all below them, globs: sorted, each once', async () => {
    for (const name of ['a/x.log', 'a/deep/er/y.log', 'b/z.json', 'b/other.txt']) {
      folder.write(name, `${name}\n`)
    }
    const given = [
      join(folder.path, 'b/*.json'),
      join(folder.path, 'a'),
      join(folder.path, '**/x.log'),
    ]
    const { inputs, issues } = await listInputs(given, [])
    expect(shown(inputs.map((input) => input.path))).toEqual([
      'a/deep/er/y.log',
      'a/x.log',
      'b/z.json',
    ])
    expect(issues).toEqual([])
    expect(new Set(inputs.map((input) => input.fingerprint)).size).toBe(3)
    expect(inputs[0]).toMatchObject({
      bytes: 16,
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })

  test('what is missing, empty or unreadable is an issue', async () => {
    mkdirSync(join(folder.path, 'empty/below'), { recursive: true })
    const names = ['none.log', 'none/*.log', 'empty']
    const missing = names.map((name) => join(folder.path, name))
    const { inputs, issues } = await listInputs(missing, [])
    expect(inputs).toEqual([])
    const codes = issues.map((issue) => issue.code)
    expect(codes).toEqual(['source/missing', 'source/missing', 'source/empty-folder'])
  })

  test.skipIf(process.getuid?.() === 0)('a file without permission (not as root)', async () => {
    chmodSync(folder.write('closed/x.log', 'x'), 0)
    const { issues } = await listInputs([join(folder.path, 'closed')], [])
    expect(issues.map((issue) => issue.code)).toEqual(['source/unreadable'])
  })

  test('links: to a file once, to a folder above never, to itself an issue', async () => {
    const file = folder.write('links/x.log', 'x')
    symlinkSync(file, join(folder.path, 'links/again.log'))
    symlinkSync('.', join(folder.path, 'links/up'))
    symlinkSync('self', join(folder.path, 'links/self'))
    const { inputs, issues } = await listInputs([join(folder.path, 'links')], [])
    expect(inputs.filter((input) => input.path.includes('/links/'))).toHaveLength(1)
    const codes = issues.map((issue) => issue.code)
    expect(codes).toContain('source/symlink-loop')
    expect(codes).toContain('source/given-twice')
  })

  test('a FIFO is refused', async () => {
    execFileSync('mkfifo', [join(folder.path, 'pipe')])
    const { inputs, issues } = await listInputs([join(folder.path, 'pipe')], [])
    expect(inputs).toEqual([])
    expect(issues.map((issue) => issue.code)).toEqual(['source/not-a-file'])
  })

  test('the standard input', async () => {
    const { inputs } = await listInputs(['-'], [])
    expect(inputs).toMatchObject([{ path: '-', source: { cluster: 'stdin', file: '-' } }])
  })
})

describe('rotated sets (F10)', () => {
  test('a log that is there plain and compressed is read once, plain', async () => {
    folder.write('rotated/audit.log', '1')
    folder.write('rotated/audit-2026-11-20T22-01-40.626.log', '2')
    folder.write('rotated/audit-2026-11-20T22-01-40.626.log.gz', '2')
    folder.write('rotated/audit-2026-11-20T22-01-41.018.log.gz', '3')
    const { inputs, issues } = await listInputs([join(folder.path, 'rotated')], [])
    expect(shown(inputs.map((input) => input.path))).toEqual([
      'rotated/audit-2026-11-20T22-01-40.626.log',
      'rotated/audit-2026-11-20T22-01-41.018.log.gz',
      'rotated/audit.log',
    ])
    expect(issues.map((issue) => issue.code)).toEqual(['source/rotated-twice'])
    expect(new Set(inputs.map((input) => input.source.server))).toEqual(new Set(['audit']))
    expect(inputs[0]?.source.cluster).toBe('rotated')
  })
})

test('a compressed log larger than the plain one of its name is another log', async () => {
  folder.write('reused/audit.log', '')
  folder.write('reused/audit.log.gz', 'x'.repeat(2_000))
  const { inputs, issues } = await listInputs([join(folder.path, 'reused')], [])
  expect(shown(inputs.map((input) => input.path))).toEqual([
    'reused/audit.log',
    'reused/audit.log.gz',
  ])
  expect(issues).toEqual([])
})

describe('whose log it is', () => {
  test('the folder and the stem, unless a name says otherwise', async () => {
    folder.write('prod/master-1.log', 'x')
    folder.write('prod/master-2.log.gz', 'x')
    const names = [{ cluster: 'berlin', server: 'm2', glob: 'prod/master-2*' }]
    const { inputs, issues } = await listInputs([join(folder.path, 'prod')], names)
    expect(inputs.map(({ source }) => `${source.cluster}/${source.server}`)).toEqual([
      'prod/master-1',
      'berlin/m2',
    ])
    expect(issues).toEqual([])
  })

  test('a name that names nothing is an issue', async () => {
    const names = [{ cluster: 'c', server: 's', glob: 'nothing*' }]
    const { issues } = await listInputs([join(folder.path, 'prod')], names)
    expect(issues.map((issue) => issue.code)).toEqual(['source/name-unused'])
  })

  test.each([
    ['x/audit.log', 'audit'],
    ['audit-2026-11-20T22-01-40.626.log.gz', 'audit'],
    ['webhook-a.tar.zst', 'webhook-a'],
    ['export.ndjson.zst', 'export'],
    ['backup.tgz', 'backup'],
    ['audit.log.1', 'audit.log.1'],
  ])('the stem of %s', (path, stem) => {
    expect(stemOf(path)).toBe(stem)
  })
})
