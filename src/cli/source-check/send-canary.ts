import { canaryBody, SELF_REVIEW } from './canary.ts'
import { BrokenHop, type OnHop } from './hop.ts'
import type { Endpoint } from './kubeconfig.ts'
import { ask, type Reply, reach } from './reach.ts'

/** Sends a canary event to a receiver, as an API server would. Throws the hop that is broken. */
export const sendCanary = async (
  endpoint: Endpoint,
  id: string,
  nowUs: number,
  onHop: OnHop,
): Promise<void> => {
  const now = new Date(nowUs / 1000).toISOString().replace('Z', '000Z')
  const reply = await askOver(endpoint, onHop, 'acknowledgement', {
    path: `${endpoint.url.pathname}?timeout=30s`,
    body: canaryBody(id, now),
    headers: {},
  })
  const [hop, why, remedy] = RECEIVER_SAYS[reply.status] ?? []
  if (hop !== 'identity') await onHop('identity', `${endpoint.url.pathname} is accepted`)
  if (hop !== undefined && why !== undefined && remedy !== undefined) {
    throw new BrokenHop(hop, `${reply.status}: ${why}`, remedy)
  }
  if (reply.status !== 200) {
    const other = 'is this a receiver of deckwatch? A proxy before it may answer for it'
    throw new BrokenHop('acknowledgement', `the answer is ${reply.status}`, other)
  }
  await onHop('acknowledgement', 'the event is kept')
}

/** Asks an API server something harmless under the canary's name. Throws the hop that is broken. */
export const askApiServer = async (endpoint: Endpoint, id: string, onHop: OnHop): Promise<void> => {
  const { path, body } = SELF_REVIEW
  const prefix = endpoint.url.pathname.replace(/\/$/, '')
  const reply = await askOver(endpoint, onHop, 'API server', {
    path: `${prefix}${path}`,
    body,
    headers: { 'audit-id': id, accept: 'application/json', 'user-agent': 'deckwatch source check' },
  })
  if (reply.status >= 200 && reply.status < 300) {
    await onHop('API server', `it answered ${reply.status} to a SelfSubjectAccessReview`)
    return
  }
  const remedy =
    reply.status === 401
      ? 'the credential of the kubeconfig is not accepted (and a refused request is logged otherwise)'
      : 'give a kubeconfig of an ordinary user'
  throw new BrokenHop('API server', `it answered ${reply.status}`, remedy)
}

type Sent = Parameters<typeof ask>[2]

async function askOver(
  endpoint: Endpoint,
  onHop: OnHop,
  hop: 'acknowledgement' | 'API server',
  sent: Sent,
): Promise<Reply> {
  const socket = await reach(endpoint, onHop)
  try {
    return await ask(socket, endpoint, sent)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new BrokenHop(hop, why, 'the connection broke before an answer: is it the right port?')
  } finally {
    socket.destroy()
  }
}

/** What the statuses of a receiver of deckwatch mean. */
const RECEIVER_SAYS: Readonly<
  Record<number, readonly ['identity' | 'acknowledgement', string, string]>
> = {
  401: [
    'identity',
    'the receiver does not accept the credential',
    'a certificate must be of its clientCA, in force and for clients; a token must have its digest in the configuration. Its log says which it is',
  ],
  403: [
    'identity',
    'the credential is good, and not for this cluster and server',
    'make the path, the names in the certificate and webhook.sources agree. The log of the receiver names both',
  ],
  404: [
    'identity',
    'the receiver knows no such path',
    'the path of the URL must be /audit/CLUSTER/SERVER',
  ],
  405: ['identity', 'only POST is answered', 'is there a proxy that changes requests?'],
  503: [
    'acknowledgement',
    'the receiver cannot keep anything now',
    'its disk is full or its log broken: /readyz of its status address says which',
  ],
}
