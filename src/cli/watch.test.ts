import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { EXIT, type Output } from './shell.ts'
import { run } from './testing/memory-shell.ts'

const RULE = `title: A test
id: 1f1a2b3c-4d5e-4f60-8a7b-9c0d1e2f3a4b
logsource: { product: kubernetes, service: audit }
detection:
  s: { user.username|expand: '%people%' }
  condition: s
`
const CASES = `base: { kind: Event, apiVersion: audit.k8s.io/v1, level: Metadata, stage: ResponseComplete,
  auditID: 0a4a1c2e-6f5d-4b7a-9c3e-2d1f0b8a7e65, verb: get, requestURI: /x, user: { username: alice },
  requestReceivedTimestamp: '2026-11-20T22:00:00.000000Z', stageTimestamp: '2026-11-20T22:00:00.000000Z' }
cases: [{ title: alice, kind: match }]
`

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10))
}

it('rule test --watch tests again when a rule or a list changes, until it is interrupted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deckwatch-'))
  const file = (name: string): string => join(folder, name)
  await writeFile(file('rule.yaml'), RULE)
  await writeFile(file('rule.cases.yaml'), CASES)
  await writeFile(file('people.txt'), 'bob\n')
  let text = ''
  const output: Output = {
    terminal: false,
    columns: undefined,
    write: async (more) => {
      text += more
    },
  }
  const stop = new AbortController()
  const args = ['rule', 'test', file('rule.yaml'), '--lists', file('people.txt'), '--watch']
  const running = run(args, { output, errors: output, signal: stop.signal })
  const says = async (part: RegExp): Promise<void> => {
    await until(() => part.test(text))
    text = ''
  }
  await says(/0 passed, 1 failed/)
  await writeFile(file('people.txt'), 'bob\nalice\n')
  await says(/changed: people\.txt[\s\S]*1 passed, 0 failed/)
  await writeFile(file('rule.yaml.new'), RULE.replace('condition: s', 'condition: nowhere'))
  await rename(file('rule.yaml.new'), file('rule.yaml'))
  await says(/changed: rule\.yaml[\s\S]*0 rules/)
  await writeFile(file('rule.yaml'), RULE)
  await says(/1 passed, 0 failed/)
  stop.abort()
  expect((await running).exit).toBe(EXIT.nothing)
  await rm(folder, { recursive: true })
})
