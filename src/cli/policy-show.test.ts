import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from './testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-policy-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const HEAD = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n'
const good = file('good.yaml', `${HEAD}rules:\n- level: Metadata\n  namespaces: [""]\n`)
const typo = file(
  'typo.yaml',
  `${HEAD}omitStages: [Panic]\nrules:\n- level: None\n  resource: [secrets]\n- level: Request\n  level: Metadata\n`,
)
const bad = file('bad.yaml', `${HEAD}rules:\n- level: all\n  users: [a]\n`)

describe('policy show', () => {
  test('0 for a policy that is taken whole', async () => {
    const { exit, output } = await run(['policy', 'show', good])
    expect(exit).toBe(0)
    expect(output).toContain('An API server starts with this policy, and takes all of it.')
    expect(output).toMatch(/1 {2}line 4 {2}Metadata {2}any object; in no namespace/)
  })

  test('1 for one with fields that are dropped: each with its place, and what is in force', async () => {
    const { exit, output } = await run(['policy', 'show', typo])
    expect(exit).toBe(1)
    expect(output).toContain('2 things it drops or overrides')
    expect(output).toContain(`${typo}:6:3  unknown field "rules[0].resource"`)
    expect(output).toContain(`${typo}:8:3  line 8: key "level" already set in map`)
    expect(output).toMatch(/line 5 {2}None {6}everything; DROPPED: resource \(line 6\)/)
    expect(output).toMatch(/line 7 {2}Metadata {2}everything/)
    expect(output).toMatch(/No rule\s+logs Panic\./)
  })

  test('2 for one that is refused, with the reason and its place', async () => {
    const { exit, output } = await run(['policy', 'show', bad])
    expect(exit).toBe(2)
    expect(output).toContain('refuses this policy')
    expect(output).toContain(`${bad}:4:3  rules[0].level: Unsupported value: "all"`)
    expect(output).not.toContain('IN FORCE')
  })

  test('as JSON, every key is there', async () => {
    const shown = JSON.parse((await run(['policy', 'show', typo, '--format', 'json'])).output)
    expect(shown).toMatchObject({
      accepted: true,
      refused: null,
      refusedAt: null,
      refusals: [],
      warnings: [
        { code: 'policy/duplicate-field', path: ['rules', 1, 'level'], at: { line: 8, column: 3 } },
        {
          code: 'policy/unknown-field',
          path: ['rules', 0, 'resource'],
          at: { line: 6, column: 3 },
        },
      ],
      effective: {
        kind: 'Policy',
        rules: [{ level: 'None' }, { level: 'Metadata' }],
        omitStages: ['Panic'],
      },
    })
    const refused = JSON.parse((await run(['policy', 'show', bad, '--format', 'json'])).output)
    expect(refused).toMatchObject({ accepted: false, warnings: [], effective: null })
    expect(refused.refused).toContain('rules[0].level')
    expect(refused.refusedAt).toMatchObject({ line: 4, column: 3 })
    expect(refused.refusals).toMatchObject([{ at: { line: 4, column: 3 }, meaning: null }])
  })

  test('one line for each reason of a refusal', async () => {
    const file = join(folder, 'three.yaml')
    const rules = 'rules:\n- level: Foo\n- level: Metadata\n  omitStages: [X]\n- users: [a]\n'
    writeFileSync(file, `apiVersion: audit.k8s.io/v1\nkind: Policy\n${rules}`)
    const { output } = await run(['policy', 'show', file])
    expect(output).toMatch(/three\.yaml:4:3 {2}rules\[0\]\.level: Unsupported value/)
    expect(output).toMatch(/three\.yaml:6:16 {2}rules\[1\]\.omitStages\[0\]: Invalid value/)
    expect(output).toMatch(/three\.yaml:7:3 {2}rules\[2\]\.level: Required value/)
    const { errors } = await run(['policy', 'coverage', file])
    expect(errors).toMatch(/three\.yaml:4:3: an API server .*rules\[0\].*; and 2 more$/m)
  })

  test.each([
    ['', 'the file is empty'],
    ['# nothing\n---\n', 'the file is empty'],
    ['{}', 'the file is empty'],
    ['kind: Policy\nrules: [{level: Metadata}]\n', 'apiVersion must be audit.k8s.io/v1'],
  ])('what is meant by the refusal of %j', async (text, meaning) => {
    const file = join(folder, 'versionless.yaml')
    writeFileSync(file, text)
    const { exit, output } = await run(['policy', 'show', file])
    expect(exit).toBe(2)
    expect(output).toContain(`unknown group version field`)
    expect(output).toContain(`(${meaning})`)
  })

  test('2 for a folder', async () => {
    const { exit, errors } = await run(['policy', 'show', folder])
    expect(exit).toBe(2)
    expect(errors).toContain('is a folder\n  name a file in it')
  })

  test('2 for a file that is not there', async () => {
    const { exit, errors } = await run(['policy', 'show', join(folder, 'none.yaml')])
    expect(exit).toBe(2)
    expect(errors).toContain('cannot be read (ENOENT)')
  })
})
