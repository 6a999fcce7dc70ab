import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { ask, judging, live, optionsFor, post } from './testing/live.ts'

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
