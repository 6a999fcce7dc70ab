import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import type { Delivery } from '../../model/delivery.ts'
import { ByteReader } from '../byte-reader.ts'
import { inflate } from '../inflate.ts'
import { tarMembers } from '../tar.ts'
import { openReceiver, type WebhookReceiver } from './receiver.ts'

const folder = new URL('../../../../shared/corpus/lab/full/', import.meta.url)

interface Recorded {
  readonly headers: Readonly<Record<string, string>>
  readonly target: string
  readonly body: Buffer
}

/** The requests of one API server, as they were recorded: heads and bodies side by side. */
const recorded = async (): Promise<readonly Recorded[]> => {
  const fail = (code: string): void => expect(code).toBe('')
  async function* file(): AsyncGenerator<Buffer> {
    yield readFileSync(new URL('webhook-a.tar.zst', folder))
  }
  const files = new Map<string, Buffer>()
  const reader = new ByteReader(inflate(file(), 'zstd', fail))
  for await (const { name, kind, chunks } of tarMembers(reader, fail)) {
    if (kind !== 'file') continue
    const pieces: Buffer[] = []
    for await (const chunk of chunks) pieces.push(Buffer.from(chunk))
    files.set(name, Buffer.concat(pieces))
  }
  return [...files].flatMap(([name, body]): Recorded[] => {
    if (!name.endsWith('.json')) return []
    const [first = '', ...lines] = String(files.get(name.replace(/json$/, 'head'))).split('\n')
    const headers = lines.filter((line) => line !== '').map((line) => line.split(': '))
    return [{ headers: Object.fromEntries(headers), target: first.split(' ')[1] ?? '', body }]
  })
}

describe.skipIf(!existsSync(folder))('recorded bodies (needs ../shared/corpus)', () => {
  const kept: Delivery[] = []
  let receiver: WebhookReceiver
  beforeAll(async () => {
    receiver = await openReceiver(
      { listen: { host: '127.0.0.1', port: 0 }, tls: undefined, sources: [] },
      async (delivery) => {
        kept.push(delivery)
      },
      systemClock,
    )
  })
  afterAll(() => receiver.close())

  const send = ({ headers, target, body }: Recorded): Promise<number> =>
    new Promise((resolve, reject) => {
      const path = target.replace(/^\/a\?/, '/audit/lab/a?')
      const to = { host: receiver.address.host, port: receiver.address.port }
      const sent = request({ ...to, path, method: 'POST', headers }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      sent.on('error', reject)
      sent.end(body)
    })

  test('are kept as the recording receiver saw them, and once', async () => {
    const all = await recorded()
    const digests = readFileSync(new URL('webhook-requests.tsv', folder), 'utf8')
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, path]) => path === '/a')
      .map(([, , length, digest]) => `${digest} ${length}`)
    for (const each of all) expect(await send(each)).toBe(200)
    for (const each of all.slice(0, 20)) expect(await send(each)).toBe(200)
    const told = kept.map((each) => (each.kind === 'body' ? `${each.sha256} ${each.length}` : ''))
    expect(told.length).toBeGreaterThan(100)
    expect([...told].sort()).toEqual([...digests].sort())
    expect(kept.some((each) => each.kind === 'body' && each.quarantine !== undefined)).toBe(false)
    expect(receiver.status()).toMatchObject([{ duplicates: 20, deliveries: told.length }])
    const one = all[0]?.body ?? Buffer.alloc(0)
    expect(createHash('sha256').update(one).digest('hex')).toBe(told[0]?.split(' ')[0])
  })
})
