import { createServer, type ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Random } from '../../bench/random.ts'
import { ApiServer } from './api-server.ts'
import { EventMaker } from './events.ts'

const MS_PER_SECOND = 8

describe.concurrent('an API server tries as a real one was measured to', () => {
  /** Sends one body to a receiver that always answers the same; when it came, in seconds. */
  const triesOf = async (answer: (response: ServerResponse) => void): Promise<number[]> => {
    const times: number[] = []
    const server = createServer((request, response) => {
      times.push(performance.now())
      request.resume().on('end', () => answer(response))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const random = new Random(7)
    const options = { port, cluster: 'c', server: 's', msPerSecond: MS_PER_SECOND, random }
    const client = new ApiServer(options)
    const { outcome, tries } = await client.send(new EventMaker('s', 1).batch(3))
    client.close()
    server.close()
    expect([outcome, tries, client.errorTotal]).toEqual(['dropped', times.length, 3])
    return times.map((time) => (time - (times[0] ?? 0)) / MS_PER_SECOND)
  }

  it('plain 500: five times, up to 81 to 98 s', async () => {
    const times = await triesOf((response) => response.writeHead(500).end())
    expect(times.length).toBe(5)
    expect(times[4]).toBeGreaterThan(81)
    expect(times[4]).toBeLessThan(115)
  })

  it('503 with Retry-After 5: thirty times, up to 231 to 248 s', async () => {
    const times = await triesOf((response) => response.writeHead(503, { 'Retry-After': 5 }).end())
    expect(times.length).toBe(30)
    expect(times[29]).toBeGreaterThan(225)
    expect(times[29]).toBeLessThan(300)
  })

  it('429 with Retry-After 2: fifty-five times', async () => {
    const times = await triesOf((response) => response.writeHead(429, { 'Retry-After': 2 }).end())
    expect(times.length).toBe(55)
  })

  it('a date in Retry-After is not understood', async () => {
    const header = { 'Retry-After': 'Fri, 20 Nov 2026 08:00:00 GMT' }
    expect((await triesOf((response) => response.writeHead(503, header).end())).length).toBe(5)
  })
})
