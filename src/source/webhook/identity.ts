import { createHash, timingSafeEqual } from 'node:crypto'
import type { NamedSource } from './audit-path.ts'
import type { ReceiverOptions, WebhookSource } from './receiver-options.ts'

/** What a sender showed of itself. */
export interface Credentials {
  /** The names in its certificate, `DNS:…` and `URI:…`; undefined: none that counts. */
  readonly names: readonly string[] | undefined
  /** Why its certificate does not count, if it showed one. */
  readonly certificateProblem: string | undefined
  /** The header `Authorization`. */
  readonly authorization: string | undefined
}

/** That a sender may not send, and the reason for our own log; the sender is not told it. */
export interface Refusal {
  readonly status: 401 | 403 | 404
  readonly reason: string
}

/**
 * Decides whether the sender is the source that its path names. The credential decides (a
 * certificate, a token, or both where both are configured), and a path that says otherwise is
 * refused. Without any credential configured, the path is believed: on loopback only.
 */
export const refusalOf = (
  options: ReceiverOptions,
  shown: Credentials,
  named: NamedSource | undefined,
): Refusal | undefined => {
  if (asksCredentials(options)) {
    const problem = credentialProblem(options, shown)
    if (problem !== undefined) return { status: 401, reason: problem }
  }
  if (named === undefined) return { status: 404, reason: 'the path is not /audit/CLUSTER/SERVER' }
  const listed = options.sources.filter((source) => isOf(source, named))
  if (options.sources.length > 0 && listed.length === 0) {
    return { status: 403, reason: `${named.cluster}/${named.server} is not configured as a source` }
  }
  if (!asksCredentials(options)) return undefined
  const candidates = listed.length > 0 ? listed : [{ ...named, ...BY_CONVENTION }]
  if (candidates.some((source) => proves(source, shown))) return undefined
  return {
    status: 403,
    reason: `the path says ${named.cluster}/${named.server}, and the credential does not (${describe(shown)})`,
  }
}

/** Whether senders must prove who they are. */
export const asksCredentials = ({ tls, sources }: ReceiverOptions): boolean =>
  tls !== undefined || sources.some(needsToken)

/** The names by which a certificate is that of a source, unless another is configured. */
export const conventionalNames = ({ cluster, server }: NamedSource): readonly string[] => [
  `URI:deckwatch://${cluster}/${server}`,
  // With a dot in the server's name, `a.b.c` could be server a of b.c or server a.b of c.
  ...(server.includes('.') ? [] : [`DNS:${server}.${cluster}`]),
]

const BY_CONVENTION = { san: undefined, tokenSha256: undefined }

const needsToken = ({ tokenSha256 }: WebhookSource): boolean => tokenSha256 !== undefined

/** Undefined when the sender showed any credential that counts. */
function credentialProblem(options: ReceiverOptions, shown: Credentials): string | undefined {
  if (shown.names !== undefined) return undefined
  const known = options.sources.filter((source) => tokenMatches(source, shown.authorization))
  if (known.length > 0) return undefined
  if (shown.certificateProblem !== undefined) return shown.certificateProblem
  if (shown.authorization !== undefined) return 'the token is not one of those configured'
  return 'no client certificate and no token was shown'
}

const isOf = (source: WebhookSource, { cluster, server }: NamedSource): boolean =>
  source.cluster === cluster && source.server === server

/** A token alone is enough where no certificate is asked for by name. */
function proves(source: WebhookSource, shown: Credentials): boolean {
  if (needsToken(source) && !tokenMatches(source, shown.authorization)) return false
  if (needsToken(source) && source.san === undefined) return true
  const wanted = source.san === undefined ? conventionalNames(source) : [source.san]
  return shown.names?.some((name) => wanted.includes(name)) === true
}

function tokenMatches({ tokenSha256 }: WebhookSource, authorization: string | undefined): boolean {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? []
  if (tokenSha256 === undefined || token === undefined) return false
  const digest = createHash('sha256').update(token).digest()
  const wanted = Buffer.from(tokenSha256, 'hex')
  return wanted.length === digest.length && timingSafeEqual(wanted, digest)
}

function describe({ names, authorization }: Credentials): string {
  if (names === undefined) return authorization === undefined ? 'none' : 'a token of another source'
  return names.length === 0 ? 'a certificate without a name' : `certificate of ${names.join(', ')}`
}
