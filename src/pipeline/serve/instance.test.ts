import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { serve } from '../pipeline.ts'
import { ask, judging, live, optionsFor, post, until } from './testing/live.ts'

let data = ''
afterEach(() => rmSync(data, { recursive: true, force: true }))

const body = (name: string): string => {
  const time = '2026-11-21T12:00:00.000000Z'
  const request = { auditID: name, verb: 'get', requestURI: '/healthz', user: { username: 'eve' } }
  const stage = { level: 'Metadata', stage: 'ResponseComplete' }
  const times = { requestReceivedTimestamp: time, stageTimestamp: time }
  const items = [{ ...stage, ...request, ...times }]
  return JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items })
}

test('what is acknowledged after the log was deleted is stored, and the loss is said', {
  timeout: 60_000,
}, async () => {
  data = mkdtempSync(join(tmpdir(), 'deckwatch-instance-'))
  const options = { ...optionsFor(data), judging: judging([]) }
  const said: string[] = []
  for (const name of ['one', 'two']) {
    const { logged } = await live(options, async (instance) => {
      expect(await post(instance, 'a', body(name))).toBe(200)
      const inserted = /^deckwatch_store_insert_seconds_count 1$/m
      await until(async () => inserted.test(await instance.status.metrics()))
    })
    said.push(...logged.filter((line) => line.includes('the store has up to')))
    rmSync(join(data, 'wal'), { recursive: true })
  }
  const rows = await ask(data, 'SELECT audit_id FROM events ORDER BY batch')
  expect(rows.map((row) => row.audit_id)).toEqual(['one', 'two'])
  expect(said).toHaveLength(1)
  const gaps = await ask(data, 'SELECT kind, message FROM gaps')
  expect(gaps.map(({ kind, message }) => `${kind} a gap: ${message}`)).toEqual([
    `log-damage ${said[0]}`,
  ])
})

test('what fails while sources are still being opened is said as what it is', {
  timeout: 60_000,
}, async () => {
  data = mkdtempSync(join(tmpdir(), 'deckwatch-instance-'))
  // Who reads it waits until somebody writes.
  const key = join(data, 'slow.key')
  execFileSync('mkfifo', [key])
  const source = { cluster: 'c', server: 'a', san: undefined, tokenSha256: '0'.repeat(64) }
  const tls = { cert: key, key, clientCA: undefined }
  const webhook = { listen: { host: '127.0.0.1', port: 0 }, tls, sources: [source] }
  const options = { ...optionsFor(data, { webhook }), judging: judging([]), sealKey: 'nonsense' }
  const hooks = { finding: () => {}, log: () => {} }
  const running = serve(options, hooks, new AbortController().signal)
  const failed = expect(running).rejects.toThrow('no key in PEM')
  await systemClock.sleep(5_000)
  await writeFile(key, 'no certificate')
  await failed
})
