import { readFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request as plainRequest } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as secureRequest } from 'node:https'
import { connect } from 'node:net'
import type { ListenAddress } from '../receiver-options.ts'

/** How a request was answered. */
export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What to send, other than a plain POST of a body. */
export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** A certificate of `fixtures/certificates`; '' is TLS without one. */
  readonly certificate?: string
  readonly http2?: boolean
  /** The address to send from. */
  readonly from?: string
}

/** The path of a file among the certificates of the tests. */
export const certificate = (name: string): string =>
  new URL(`../fixtures/certificates/${name}`, import.meta.url).pathname

/** Sends one request on a connection of its own. */
export const call = (to: ListenAddress, path: string, sent: Sent = {}): Promise<Answered> =>
  sent.http2 === true ? callHttp2(to, path, sent) : callHttp1(to, path, sent)

/** Sends bytes as they are and gives all that comes back until the connection ends. */
export const exchangeRaw = (to: ListenAddress, text: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = ''
    const socket = connect(to.port, to.host, () => socket.write(text, 'latin1'))
    socket.on('data', (data) => {
      answer += data.toString('latin1')
    })
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
  })

/** What a client shows and trusts. */
export const tlsOf = (name: string): Readonly<Record<string, Buffer>> => ({
  ca: readFileSync(certificate('ca.pem')),
  ...(name === ''
    ? {}
    : {
        cert: readFileSync(certificate(`${name}.pem`)),
        key: readFileSync(certificate(`${name}.key`)),
      }),
})

function callHttp1(to: ListenAddress, path: string, sent: Sent): Promise<Answered> {
  const { method = 'POST', headers = {}, body = '', certificate: shown } = sent
  return new Promise((resolve, reject) => {
    const from = sent.from === undefined ? {} : { localAddress: sent.from }
    const options = { host: to.host, port: to.port, path, method, headers, agent: false, ...from }
    const request =
      shown === undefined
        ? plainRequest(options)
        : secureRequest({ ...options, ...tlsOf(shown), servername: 'localhost' })
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.on('data', (data) => {
        text += data
      })
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
      })
    })
    request.end(method === 'GET' ? undefined : body)
  })
}

function callHttp2(to: ListenAddress, path: string, sent: Sent): Promise<Answered> {
  const { method = 'POST', headers = {}, body = '', certificate: shown = '' } = sent
  const options = { ...tlsOf(shown), servername: 'localhost' }
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`https://${to.host}:${to.port}`, options)
    session.on('error', reject)
    const stream = session.request({ ...headers, ':method': method, ':path': path })
    let text = ''
    let answered: { status: number; headers: IncomingHttpHeaders } | undefined
    stream.on('response', (got) => {
      answered = { status: Number(got[':status']), headers: got }
    })
    stream.on('data', (data) => {
      text += data
    })
    stream.on('error', (error) => (answered === undefined ? reject(error) : undefined))
    stream.on('close', () => {
      session.close()
      if (answered === undefined) reject(new Error('closed without an answer'))
      else resolve({ ...answered, body: text })
    })
    stream.end(body)
  })
}
