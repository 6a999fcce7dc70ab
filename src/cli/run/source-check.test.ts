import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createPlain, type Server } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { openReceiver } from '../../source/webhook/receiver.ts'
import type { ReceiverOptions } from '../../source/webhook/receiver-options.ts'
import { certificate, tlsOf } from '../../source/webhook/testing/call.ts'
import { run } from '../testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-check-'))
afterAll(() => rmSync(folder, { recursive: true }))
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    closing.push(
      () =>
        new Promise((closed) => {
          server.close(closed)
          server.closeAllConnections()
        }),
    )
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

const TLS = {
  cert: certificate('server.pem'),
  key: certificate('server.key'),
  clientCA: certificate('ca.pem'),
}

interface Started {
  readonly port: number
  readonly bodies: string[]
}

const receiver = async (more: Partial<ReceiverOptions> = {}, isFull = false): Promise<Started> => {
  const bodies: string[] = []
  const options = { listen: { host: '127.0.0.1', port: 0 }, tls: TLS, sources: [], ...more }
  const opened = await openReceiver(
    options,
    async (_, bytes) => {
      if (isFull) throw new Fault('log/full', 'no room', { transient: true })
      bodies.push(Buffer.from(bytes).toString())
    },
    systemClock,
  )
  closing.push(() => opened.close())
  return { port: opened.address.port, bodies }
}

/** What an instance would say of canaries; it sees those whose bodies are among these. */
const status = async (bodies: readonly string[], stage: string): Promise<string> => {
  const server = createPlain((request, response) => {
    const id = request.url?.slice('/canary/'.length) ?? ''
    const seen = bodies.some((body) => body.includes(id))
    const source = { cluster: 'prod', server: 'master-1', way: 'webhook' }
    response.statusCode = seen ? 200 : 404
    response.end(JSON.stringify(seen ? { stage, ...source } : { stage: 'not-seen' }))
  })
  return `http://127.0.0.1:${await listen(server)}`
}

const shown = (name: string): readonly string[] =>
  name === '' ? [] : ['--cert', certificate(`${name}.pem`), '--key', certificate(`${name}.key`)]

const toReceiver = (port: number, name: string, host = 'localhost'): readonly string[] => [
  ...['source', 'check', '--cluster', 'prod', '--server', 'master-1'],
  ...['--url', `https://${host}:${port}`, '--ca', certificate('ca.pem'), ...shown(name)],
]

describe('source check at a receiver', () => {
  test('names every hop of a way that is whole', async () => {
    const { port, bodies } = await receiver()
    const asked = ['--status', await status(bodies, 'stored')]
    const { exit, output, errors } = await run([...toReceiver(port, 'master-1'), ...asked])
    expect(errors).toBe('')
    const names = [...output.matchAll(/^ok +(\S+(?: \S+)?) {2,}/gm)].map((found) => found[1])
    expect(names).toEqual([
      ...['name', 'connection', 'TLS', 'identity', 'acknowledgement', 'arrival'],
    ])
    expect(output).toContain('stored as prod/master-1 by webhook')
    expect(exit).toBe(0)
    const file = join(folder, 'canary.json')
    writeFileSync(file, bodies[0] ?? '')
    const decoded = await run(['decode', file, '--strict'])
    expect(decoded).toMatchObject({ exit: 0, errors: '' })
    const { auditID, user } = JSON.parse(decoded.output)
    expect(auditID).toMatch(/^deckwatch-canary-[0-9a-f-]{36}$/)
    expect(user).toEqual({ username: 'deckwatch-canary' })
  })

  test('as JSON', async () => {
    const { port } = await receiver()
    const { output } = await run([...toReceiver(port, 'master-1'), '--format', 'json'])
    expect(JSON.parse(output)).toMatchObject({
      ok: true,
      canary: expect.stringMatching(/^deckwatch-canary-/),
      hops: expect.arrayContaining([expect.objectContaining({ hop: 'acknowledgement', ok: true })]),
    })
  })

  test.each([
    ['', 'identity', '401'],
    ['other', 'identity', '401'],
    ['expired', 'identity', '401'],
    ['master-2', 'identity', '403'],
  ])('a credential that does not do: %j', async (name, hop, detail) => {
    const { port, bodies } = await receiver()
    const { exit, output } = await run(toReceiver(port, name))
    expect(output).toMatch(new RegExp(`^FAIL  ${hop} +${detail}`, 'm'))
    expect(exit).toBe(1)
    expect(bodies).toEqual([])
  })

  test('a receiver that cannot keep', async () => {
    const { port } = await receiver({}, true)
    const { exit, output } = await run(toReceiver(port, 'master-1'))
    expect(output).toMatch(/^ok {4} {0,2}identity/m)
    expect(output).toMatch(/^FAIL {2}acknowledgement +503/m)
    expect(exit).toBe(1)
  })

  test('a certificate for another name, another authority, and no TLS at all', async () => {
    const { port } = await receiver()
    const other = await run(toReceiver(port, 'master-1', '127.0.0.2'))
    expect(other.output).toMatch(/^FAIL {2}(TLS|connection)/m)
    const foreign = toReceiver(port, 'master-1').map((word) =>
      word === certificate('ca.pem') ? certificate('other-ca.pem') : word,
    )
    expect((await run(foreign)).output).toMatch(/^FAIL {2}TLS.*\n.*authority that signed/m)
    const plain = await receiver({ tls: undefined })
    expect((await run(toReceiver(plain.port, ''))).output).toMatch(/^FAIL {2}TLS/m)
  })

  test('nobody there, and no such name', async () => {
    const { port } = await receiver({ tls: undefined })
    await closing.splice(0)[0]?.()
    const { output } = await run(toReceiver(port, ''))
    expect(output).toMatch(/^FAIL {2}connection .*ECONNREFUSED.*\n.*nobody listens/m)
    const nowhere = await run(toReceiver(port, '', 'nowhere.invalid'))
    expect(nowhere.output).toMatch(/^FAIL {2}name +nowhere.invalid/m)
  })

  test('a canary that is not seen, or not stored', async () => {
    const { port, bodies } = await receiver()
    const never = ['--timeout', '0', '--status', await status([], 'stored')]
    const { output, exit } = await run([...toReceiver(port, 'master-1'), ...never])
    expect(output).toMatch(/^FAIL {2}arrival +the canary was not seen\n/m)
    expect(exit).toBe(1)
    const stuck = ['--timeout', '0', '--status', await status(bodies, 'decoded')]
    const second = await run([...toReceiver(port, 'master-1'), ...stuck])
    expect(second.output).toMatch(/^FAIL {2}arrival +the canary is decoded, and not in the store/m)
  })

  test('with the file that webhook-config made', async () => {
    const { port } = await receiver()
    const args = toReceiver(port, 'master-1').slice(2)
    const made = await run(['source', 'webhook-config', ...args, '--embed'])
    expect(made).toMatchObject({ exit: 0, errors: '' })
    const file = join(folder, 'webhook.yaml')
    writeFileSync(file, made.output)
    const { exit, output } = await run(['source', 'check', '--webhook-config', file])
    expect(output).toContain('is kept')
    expect(exit).toBe(0)
  })
})

describe('source check through an API server', () => {
  test('asks it something harmless under the name of the canary', async () => {
    const asked: { url: string; id: string; authorization: string }[] = []
    const seen: string[] = []
    const { cert, key } = tlsOf('server')
    const server = createServer({ cert, key }, (request, response) => {
      const { 'audit-id': id, authorization = '' } = request.headers
      asked.push({ url: request.url ?? '', id: String(id), authorization })
      seen.push(String(id))
      response.statusCode = authorization === 'Bearer good' ? 201 : 401
      response.end('{}')
    })
    const port = await listen(server)
    const kubeconfig = join(folder, 'kubeconfig')
    const write = (token: string): void =>
      writeFileSync(
        kubeconfig,
        JSON.stringify({
          'current-context': 'a',
          contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
          clusters: [
            {
              name: 'c',
              cluster: {
                server: `https://localhost:${port}`,
                'certificate-authority': certificate('ca.pem'),
              },
            },
          ],
          users: [{ name: 'u', user: { token } }],
        }),
      )
    write('good')
    const url = await status(seen, 'stored')
    const check = ['source', 'check', '--kubeconfig', kubeconfig, '--status', url]
    const { output, exit } = await run(check)
    expect(output).toMatch(/^ok {4} {0,2}API server +it answered 201/m)
    expect(exit).toBe(0)
    expect(asked).toEqual([
      {
        url: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        id: expect.stringMatching(/^deckwatch-canary-[0-9a-f-]{36}$/),
        authorization: 'Bearer good',
      },
    ])
    write('bad')
    const refused = await run(check)
    expect(refused.output).toMatch(/^FAIL {2}API server +it answered 401/m)
    expect(refused.exit).toBe(1)
  })

  test.each([
    ['[]', /it is no map/],
    ['{}', /no current-context/],
    ['current-context: x', /no contexts named x/],
    [
      'current-context: a\ncontexts: [{ name: a, context: { cluster: c, user: u } }]\nclusters: [{ name: c, cluster: { server: "https://h" } }]\nusers: [{ name: u, user: { exec: {} } }]\n',
      /has exec/,
    ],
  ])('a kubeconfig that cannot be used: %j', async (text, message) => {
    const file = join(folder, 'bad')
    writeFileSync(file, text)
    const args = ['source', 'check', '--kubeconfig', file, '--status', 'http://127.0.0.1:1']
    const { exit, errors } = await run(args)
    expect(errors).toMatch(message)
    expect(exit).toBe(3)
  })
})

describe('source webhook-config', () => {
  const NAMES = ['--cluster', 'prod', '--server', 'master-1']
  test('prints the file with paths on the host of the API server, and its flags', async () => {
    const { output, exit } = await run([
      ...['source', 'webhook-config', ...NAMES, '--url', 'https://deckwatch.example:8443'],
      ...['--ca', '/pki/ca.crt', '--cert', '/pki/c.crt', '--key', '/pki/c.key'],
    ])
    expect(exit).toBe(0)
    expect(output).toContain('server: https://deckwatch.example:8443/audit/prod/master-1\n')
    expect(output).toContain('client-key: /pki/c.key\n')
    expect(output).toContain('--audit-webhook-batch-max-wait=1s')
    expect(output).toContain('--audit-webhook-truncate-max-event-size=8388608')
  })

  test('as JSON, with a token', async () => {
    const { output } = await run([
      ...['source', 'webhook-config', ...NAMES, '--url', 'https://h/audit/prod/master-1'],
      ...['--token-file', '/pki/token', '--format', 'json'],
    ])
    const { kubeconfig, flags } = JSON.parse(output)
    expect(kubeconfig).toContain('tokenFile: /pki/token')
    expect(flags).toContainEqual({ flag: '--audit-webhook-mode=batch', why: expect.any(String) })
  })

  test.each([
    [['--url', 'https://h'], /nothing would say who sends/],
    [['--url', 'https://h', '--cert', '/a'], /--cert and --key go together/],
    [['--url', 'https://h', '--token-file', 'a'], /relative path/],
    [['--url', 'http://h', '--token-file', '/a'], /of no use over plain HTTP/],
    [['--url', 'https://h/other', '--token-file', '/a'], /another path/],
    [['--url', 'nowhere'], /is no URL/],
    [[], /--url is missing/],
    [['--cluster', 'a/b'], /is no name/],
  ])('%j means nothing', async (more, message) => {
    const { errors, exit } = await run(['source', 'webhook-config', ...NAMES, ...more])
    expect(errors).toMatch(message)
    expect(exit).toBe(3)
  })
})
