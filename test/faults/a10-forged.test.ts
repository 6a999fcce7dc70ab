import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from '../../bench/child.ts'
import { systemClock } from '../../src/base/clock.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import { Instance, sleep } from './instance.ts'
import { soak } from './soak.ts'

const TIME = '2026-11-20T08:00:00.000000Z'

/** An event, with an object of this name in its request. */
const event = (auditID: string, name: string, requestObject: object): object => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID,
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/configmaps',
  verb: 'create',
  user: { username: 'mallory', groups: ['system:authenticated'] },
  sourceIPs: ['10.1.2.3'],
  objectRef: { resource: 'configmaps', namespace: 'shop', name, apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 403 },
  requestObject,
  requestReceivedTimestamp: TIME,
  stageTimestamp: TIME,
})

const FORGED = { ...event('forged', 'x', {}), user: { username: 'admin' } }
const TEXT = `x\n${JSON.stringify(FORGED)}\n\u0000\u001b[2J\u009b\u202e\u2028`

const LINES: readonly (readonly [auditID: string, line: string])[] = [
  ['in-name', JSON.stringify(event('in-name', TEXT, {}))],
  ['in-body', JSON.stringify(event('in-body', 'x', { items: [FORGED, { data: { log: TEXT } }] }))],
  ['body-is-event', JSON.stringify(event('body-is-event', 'x', FORGED))],
  ['behind-zeros', `${'\0'.repeat(500)}${JSON.stringify(event('behind-zeros', 'x', {}))}`],
  [
    'other-source',
    JSON.stringify({ ...event('other-source', 'x', {}), cluster: 'c', way: 'webhook' }),
  ],
]

it(
  'A10: text that looks like an event is none, and what is told stays one line of JSON each',
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'deckwatch-a10-'))
    const [data, path] = [join(root, 'data'), join(root, 'audit.log')]
    writeFileSync(path, '')
    const [webhookPort, statusPort] = [await freePort(), await freePort()]
    const files = [`shop/cp-1=${path}`]
    const instance = new Instance({ data, webhookPort, statusPort, files })
    await instance.start()
    appendFileSync(path, LINES.map(([, line]) => `${line}\n`).join(''))
    const list = {
      kind: 'EventList',
      apiVersion: 'audit.k8s.io/v1',
      items: [event('sent', TEXT, {})],
    }
    const url = `http://127.0.0.1:${webhookPort}/audit/shop/cp-2`
    const sent = await fetch(url, { method: 'POST', body: JSON.stringify(list) })
    expect(sent.status).toBe(200)
    await sleep(2_000)
    const told = instance.stderr
    await instance.stop()

    const { store, close } = await openEmbedded({ folder: data, clock: systemClock })
    const rows = await store
      .query('SELECT audit_id, cluster, server, toString(way) AS way, user_username FROM events')
      .finally(close)
    const row = (auditID: string, server: string, way: string): object => {
      return { audit_id: auditID, cluster: 'shop', server, way, user_username: 'mallory' }
    }
    expect(rows.length).toBe(LINES.length + 1)
    for (const [auditID] of LINES) expect(rows).toContainEqual(row(auditID, 'cp-1', 'file'))
    expect(rows).toContainEqual(row('sent', 'cp-2', 'webhook'))
    for (const line of [...instance.told, ...told.trimEnd().split('\n')]) {
      expect(() => JSON.parse(line), line).not.toThrow()
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    }
    expect(instance.told.length).toBeGreaterThan(0)
    rmSync(root, { recursive: true, force: true })
  },
  soak(120_000, 120_000),
)
