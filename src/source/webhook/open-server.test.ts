import { connect } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { readCertificates } from './certificate-files.ts'
import { type ListeningServer, openServer } from './open-server.ts'
import { certificate, tlsOf } from './testing/call.ts'

const SHORT = {
  headersTimeout: 100,
  requestTimeout: 200,
  keepAliveTimeout: 100,
  connectionsCheckingInterval: 20,
}
const LOOPBACK = { host: '127.0.0.1', port: 0 }

const open: ListeningServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const start = async (isSecure: boolean): Promise<ListeningServer> => {
  const files = {
    cert: certificate('server.pem'),
    key: certificate('server.key'),
    clientCA: certificate('ca.pem'),
  }
  const certificates = isSecure ? await readCertificates(files) : undefined
  const server = await openServer(LOOPBACK, certificates, () => {}, SHORT)
  open.push(server)
  return server
}

/** What comes back when only so much is sent, and then nothing more. */
const dawdle = ({ address }: ListeningServer, isSecure: boolean, text: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = ''
    const socket = isSecure
      ? connectTls({ ...address, ...tlsOf('master-1'), servername: 'localhost' })
      : connect(address)
    socket.on('data', (data) => {
      answer += data.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
    socket.write(text)
  })

test.each([
  [false, 'POST / HTTP/1.1\r\nX: '],
  [true, 'POST / HTTP/1.1\r\nX: '],
  [false, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1'],
  [true, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1'],
])('who never ends a request is sent away (TLS: %s): %j', async (isSecure, text) => {
  expect(await dawdle(await start(isSecure), isSecure, text)).toMatch(/^HTTP\/1.1 408 /)
})

test('an idle connection over HTTP/2 is ended', async () => {
  const { address } = await start(true)
  const options = { ...tlsOf('master-1'), servername: 'localhost', ALPNProtocols: ['h2'] }
  const socket: TLSSocket = connectTls({ ...address, ...options }, () => {
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1')
  })
  socket.resume()
  await new Promise((resolve) => socket.once('close', resolve))
  expect(socket.alpnProtocol).toBe('h2')
})
