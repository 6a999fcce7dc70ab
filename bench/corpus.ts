import { makePod, makePrivilegedPod } from './bodies.ts'
import { APPLICATIONS, type Ask, makePopulation, NAMESPACES, type Somebody } from './population.ts'
import { Random } from './random.ts'

/** A kind of corpus: how much of it has bodies, and how big they are. */
export interface CorpusKind {
  readonly name: string
  /** The share of events at RequestResponse; the others are at Metadata. */
  readonly withBodies: number
  /** Sizes of a body, from and up to. */
  readonly bodyBytes: readonly [number, number]
  /** The share of requests that are logged at RequestReceived too. */
  readonly received: number
}

/** 1.1 KB an event, nine of ten at Metadata: what most clusters write. */
export const META: CorpusKind = {
  name: 'meta',
  withBodies: 0.1,
  bodyBytes: [600, 1_000],
  received: 0.3,
}

/** 1.7 KB an event. */
export const MIXED: CorpusKind = {
  name: 'mixed',
  withBodies: 0.24,
  bodyBytes: [1_200, 3_600],
  received: 0.25,
}

/** 7 KB an event, all at RequestResponse. */
export const BODIES: CorpusKind = {
  name: 'bodies',
  withBodies: 1,
  bodyBytes: [2_000, 6_600],
  received: 0.05,
}

/** How many acts were planted: each gives one finding of its detection. */
export interface Planted {
  /** Commands that people run in pods. */
  readonly B01: number
  /** Privileged pods that people make. */
  readonly C01: number
}

/** A corpus in memory. */
export interface Corpus {
  readonly kind: CorpusKind
  /** NDJSON, as an API server writes its log file. */
  readonly bytes: Buffer
  readonly events: number
  readonly planted: Planted
}

/** How a corpus is made, where it matters. */
export interface Making {
  /** Of the first request, in seconds since 1970: a live log is of today. */
  readonly startSeconds?: number
  /** One act of each kind in so many is planted. */
  readonly plantedEvery?: number
}

/** One act of each kind in so many is planted. */
const PLANTED_EVERY = 5_000

/** Makes about `bytes` bytes of log. The same arguments give the same bytes, everywhere. */
export const makeCorpus = (
  kind: CorpusKind,
  bytes: number,
  seed = 1,
  making: Making = {},
): Corpus => {
  const chunks: Buffer[] = []
  const made = eachChunk(kind, bytes, seed, (chunk) => chunks.push(chunk), making)
  return { kind, bytes: Buffer.concat(chunks), ...made }
}

/** The same, piece by piece, for a corpus that need not be in memory. */
export const eachChunk = (
  kind: CorpusKind,
  bytes: number,
  seed: number,
  take: (chunk: Buffer) => void,
  making: Making = {},
): { readonly events: number; readonly planted: Planted } => {
  const maker = new Maker(kind, new Random(seed), making)
  let events = 0
  for (let size = 0; size < bytes; ) {
    const lines = Array.from({ length: 1_000 }, () => maker.act()).flat()
    const chunk = Buffer.from(lines.join(''))
    take(chunk)
    events += lines.length
    size += chunk.length
  }
  return { events, planted: maker.planted }
}

class Maker {
  readonly planted = { B01: 0, C01: 0 }
  readonly #kind: CorpusKind
  readonly #random: Random
  readonly #people: readonly Somebody[]
  readonly #startSeconds: number
  readonly #plantedEvery: number
  #acts = 0
  #microseconds = 0

  constructor(kind: CorpusKind, random: Random, making: Making) {
    this.#kind = kind
    this.#random = random
    this.#people = makePopulation(random)
    this.#startSeconds = making.startSeconds ?? START_SECONDS
    this.#plantedEvery = making.plantedEvery ?? PLANTED_EVERY
  }

  /** The lines of one request: one or two stages. */
  act(): readonly string[] {
    this.#acts += 1
    this.#microseconds += 200 + this.#random.below(4_000)
    const every = this.#plantedEvery
    if (this.#acts % every === every * 0.2) return [this.#command()]
    if (this.#acts % every === every * 0.6) return [this.#privileged()]
    return this.#ordinary()
  }

  #ordinary(): readonly string[] {
    const random = this.#random
    const who = random.weighted(this.#people)
    const ask = random.weighted(who.asks)
    const place = this.#place(ask)
    const head = this.#head(who, ask.verb, place)
    const hasBodies = random.next() < this.#kind.withBodies
    const level = hasBodies ? 'RequestResponse' : 'Metadata'
    const done = this.#line(level, this.#doneStage(ask), head, who, this.#bodies(hasBodies, ask))
    if (random.next() >= this.#kind.received) return [done]
    return [this.#line(level, 'RequestReceived', head, who, {}), done]
  }

  /** A person runs a command in a pod. */
  #command(): string {
    this.planted.B01 += 1
    const who = this.#person()
    const pod = this.#podName()
    const uri = `/api/v1/namespaces/shop/pods/${pod}/exec?command=id&container=web&stdout=true`
    const place = {
      requestURI: uri,
      objectRef: {
        resource: 'pods',
        namespace: 'shop',
        name: pod,
        apiVersion: 'v1',
        subresource: 'exec',
      },
      code: 101,
    }
    const head = this.#head(who, 'create', place)
    return this.#line('Request', 'ResponseComplete', head, who, {})
  }

  /** A person makes a privileged pod. */
  #privileged(): string {
    this.planted.C01 += 1
    const who = this.#person()
    const name = `debug-${this.#random.suffix(5)}`
    const place = {
      requestURI: '/api/v1/namespaces/shop/pods?fieldManager=kubectl-create',
      objectRef: { resource: 'pods', namespace: 'shop', name, apiVersion: 'v1' },
      code: 201,
    }
    const head = this.#head(who, 'create', place)
    const pod = makePrivilegedPod(name)
    const bodies = { requestObject: pod, responseObject: pod }
    return this.#line('RequestResponse', 'ResponseComplete', head, who, bodies)
  }

  #person(): Somebody {
    return this.#random.one(this.#people.slice(-8))
  }

  #podName(): string {
    const random = this.#random
    return `${random.one(APPLICATIONS)}-${random.hex(9)}-${random.suffix(5)}`
  }

  #place(ask: Ask): Place {
    const random = this.#random
    const isKind = ask.verb === 'list' || ask.verb === 'watch' || ask.verb === 'create'
    const namespace = ask.namespaced ? random.one(NAMESPACES) : undefined
    const name = isKind && ask.subresource === undefined ? undefined : this.#podName()
    const root = ask.group === '' ? '/api/v1' : `/apis/${ask.group}/${ask.version}`
    const path = [
      root,
      ...(namespace === undefined ? [] : ['namespaces', namespace]),
      ask.resource,
      ...(name === undefined ? [] : [name]),
      ...(ask.subresource === undefined ? [] : [ask.subresource]),
    ].join('/')
    return {
      requestURI:
        ask.verb === 'watch' ? `${path}?watch=true&resourceVersion=${random.below(1e7)}` : path,
      objectRef: {
        resource: ask.resource,
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
        ...(ask.group === '' ? {} : { apiGroup: ask.group }),
        apiVersion: ask.version,
        ...(ask.subresource === undefined ? {} : { subresource: ask.subresource }),
      },
      code: ask.verb === 'create' ? 201 : 200,
    }
  }

  /** What all stages of a request share, in the order that the API server writes. */
  #head(who: Somebody, verb: string, place: Place): Head {
    return {
      auditID: this.#random.uuid(),
      code: place.code,
      client: {
        requestURI: place.requestURI,
        verb,
        user: who.user,
        sourceIPs: [who.address],
        userAgent: who.userAgent,
        objectRef: place.objectRef,
      },
    }
  }

  #doneStage(ask: Ask): string {
    return ask.verb === 'watch' && this.#random.next() < 0.5
      ? 'ResponseStarted'
      : 'ResponseComplete'
  }

  #bodies(has: boolean, ask: Ask): object {
    if (!has) return {}
    const random = this.#random
    const [from, to] = this.#kind.bodyBytes
    const pod = (): object =>
      makePod(random, this.#podName(), random.one(NAMESPACES), from + random.below(to - from))
    if (ask.verb === 'get' || ask.verb === 'list') return { responseObject: pod() }
    if (ask.verb === 'watch') return {}
    return { requestObject: pod(), responseObject: pod() }
  }

  /** One line in the order of members that the API server writes. */
  #line(level: string, stage: string, head: Head, who: Somebody, bodies: object): string {
    const { auditID, code, client } = head
    const received = stage === 'RequestReceived'
    const took = received ? 0 : 300 + this.#random.below(20_000)
    const event = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level,
      auditID,
      stage,
      ...client,
      ...(received ? {} : { responseStatus: { metadata: {}, code }, ...bodies }),
      requestReceivedTimestamp: this.#timeText(0),
      stageTimestamp: this.#timeText(took),
      ...(received ? {} : { annotations: reasons(who) }),
    }
    return `${JSON.stringify(event)}\n`
  }

  #timeText(took: number): string {
    const microseconds = this.#microseconds + took
    const seconds = this.#startSeconds + Math.floor(microseconds / 1e6)
    const whole = new Date(seconds * 1_000).toISOString().slice(0, 19)
    return `${whole}.${String(microseconds % 1e6).padStart(6, '0')}Z`
  }
}

interface Place {
  readonly requestURI: string
  readonly objectRef: object
  readonly code: number
}

interface Head {
  readonly auditID: string
  readonly code: number
  readonly client: object
}

const START_SECONDS = Date.parse('2026-11-20T00:00:00Z') / 1_000

function reasons(who: Somebody): object {
  return { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': who.because }
}
