import { createHash } from 'node:crypto'
import { Random } from '../../bench/random.ts'

/** An event that was made: as an item of a list, and as a line of a file. */
export interface MadeEvent {
  /** Says which source it is of and its number there, so that a loss can be named. */
  readonly name: string
  readonly auditId: string
  /** As the API server writes it into an EventList. */
  readonly item: string
  /** As it writes it into its log, with the newline. */
  readonly line: string
  /** SHA-256 of the item's bytes, 64 hex digits; and of the line's, without the newline. */
  readonly itemSha256: string
  readonly lineSha256: string
  /** A value that nobody may find again once the event is stored. */
  readonly secret: string | undefined
}

/** An API server's webhook body. */
export interface MadeBatch {
  readonly body: Buffer
  /** SHA-256 of the body, 64 hex digits. */
  readonly sha256: string
  readonly events: readonly MadeEvent[]
}

/** When the first event of every source happened. */
const BEGIN_MS = Date.parse('2026-11-20T08:00:00Z')

/**
 * What an API server of a small cluster logs: mostly controllers that watch over things, and now
 * and then somebody who attacks. Each source has its own users and pods, so that what is found does
 * not depend on how sources were mixed. The same seed gives the same events, byte for byte.
 */
export class EventMaker {
  readonly #source: string
  readonly #random: Random
  readonly #waiting: object[] = []
  #number = 0
  #requests = 0
  /** From now on nobody attacks. What waits for later events, as windows do, gets them. */
  isQuiet = false

  constructor(source: string, seed: number) {
    this.#source = source
    this.#random = new Random(seed ^ createHash('md5').update(source).digest().readInt32LE())
  }

  /** The next events, as the body of a webhook. */
  batch(count: number): MadeBatch {
    const events = this.take(count)
    const items = events.map(({ item }) => item).join(',')
    const body = `${LIST}"items":[${items}]}\n`
    return { body: Buffer.from(body), sha256: sha256(body), events }
  }

  /** The next events. */
  take(count: number): readonly MadeEvent[] {
    return Array.from({ length: count }, () => this.#next())
  }

  #next(): MadeEvent {
    if (this.#waiting.length === 0) this.#waiting.push(...this.#request())
    const name = `${this.#source}#${this.#number}`
    this.#number += 1
    const rest = JSON.stringify(this.#waiting.shift()).slice(1)
    const item = `{${rest}`
    const line = `{"kind":"Event","apiVersion":"audit.k8s.io/v1",${rest}`
    return {
      name,
      auditId: /"auditID":"([^"]+)"/.exec(rest)?.[1] ?? '',
      item,
      line: `${line}\n`,
      itemSha256: sha256(item),
      lineSha256: sha256(line),
      secret: /"password":"([^"]+)"/.exec(rest)?.[1],
    }
  }

  /** One request: both its stages, or only the last one. */
  #request(): object[] {
    this.#requests += 1
    const act = this.#act()
    const at = BEGIN_MS + this.#requests * 20
    const common = {
      level: act.body === undefined ? 'Metadata' : 'Request',
      auditID: this.#random.uuid(),
      requestURI: act.uri,
      verb: act.verb,
      user: { username: act.user, groups: ['developers', 'system:authenticated'] },
      sourceIPs: ['10.1.2.3'],
      userAgent: 'kubectl/v1.36.3 (linux/amd64) kubernetes/0000000',
      objectRef: { namespace: 'shop', apiVersion: 'v1', ...act.object },
      requestReceivedTimestamp: microTime(at),
    }
    const done = {
      ...common,
      stage: 'ResponseComplete',
      responseStatus: { metadata: {}, code: act.code },
      ...(act.body === undefined ? {} : { requestObject: act.body }),
      stageTimestamp: microTime(at + 5),
      annotations: {
        'authorization.k8s.io/decision': act.code === 403 ? 'forbid' : 'allow',
        'authorization.k8s.io/reason': '',
      },
    }
    if (this.#random.below(4) > 0) return [done]
    return [{ ...common, stage: 'RequestReceived', stageTimestamp: microTime(at) }, done]
  }

  #act(): Act {
    const number = this.#requests
    const name = `${this.#source}-${number}`
    if (this.isQuiet) return lookAt(name)
    if (number % 97 === 3) return commandIn(name, `${this.#source}-admin`)
    if (number % 101 === 5) return privilegedPod(name, `${this.#source}-deployer`)
    if (number % 29 === 7) return secret(name, this.#random)
    // Bursts: forty deletions by one user, one after another.
    if (number % 1_000 >= 100 && number % 1_000 < 140) {
      return deletion(name, `${this.#source}-cleaner-${Math.floor(number / 1_000)}`)
    }
    if (number % 1_000 >= 150 && number % 1_000 < 170) {
      return refused(name, `${this.#source}-curious-${Math.floor(number / 1_000)}`)
    }
    return lookAt(name)
  }
}

const LIST = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},'

interface Act {
  readonly verb: string
  readonly uri: string
  readonly user: string
  readonly object: object
  readonly code: number
  readonly body?: object
}

const PODS = '/api/v1/namespaces/shop/pods'

function lookAt(name: string): Act {
  const user = 'system:serviceaccount:kube-system:replicaset-controller'
  return {
    verb: 'get',
    uri: `${PODS}/${name}`,
    user,
    object: { resource: 'pods', name },
    code: 200,
  }
}

function commandIn(name: string, user: string): Act {
  const uri = `${PODS}/${name}/exec?command=id&container=web&stdout=true`
  return {
    verb: 'get',
    uri,
    user,
    object: { resource: 'pods', name, subresource: 'exec' },
    code: 101,
  }
}

function privilegedPod(name: string, user: string): Act {
  const container = { name: 'c', image: 'busybox', securityContext: { privileged: true } }
  const body = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name, namespace: 'shop' },
    spec: { containers: [container] },
  }
  return { verb: 'create', uri: PODS, user, object: { resource: 'pods', name }, code: 201, body }
}

/** Its values are masked, so what is stored of it are other bytes, and the digest of these. */
function secret(name: string, random: Random): Act {
  const body = {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { name, namespace: 'shop' },
    data: { password: Buffer.from(`canary-${random.hex(16)}`).toString('base64') },
  }
  const uri = '/api/v1/namespaces/shop/secrets'
  const object = { resource: 'secrets', name }
  return { verb: 'create', uri, user: 'system:serviceaccount:shop:vault', object, code: 201, body }
}

function deletion(name: string, user: string): Act {
  const object = { resource: 'configmaps', name }
  const uri = `/api/v1/namespaces/shop/configmaps/${name}`
  return { verb: 'delete', uri, user, object, code: 200 }
}

function refused(name: string, user: string): Act {
  const object = { resource: 'secrets', name }
  return { verb: 'get', uri: `/api/v1/namespaces/shop/secrets/${name}`, user, object, code: 403 }
}

const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
