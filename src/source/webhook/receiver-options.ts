/** Where to listen. Port 0 takes any free one. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** Files in PEM that a TLS server is made of; they are read again when they change. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
  /** Of the authority whose client certificates count. Without it only tokens identify. */
  readonly clientCA: string | undefined
}

/** An API server that may send, and what it proves itself by. */
export interface WebhookSource {
  readonly cluster: string
  readonly server: string
  /**
   * A name in its client certificate, such as `DNS:master-1.prod` or `URI:spiffe://prod/master-1`.
   * Without it the names `URI:deckwatch://CLUSTER/SERVER` and `DNS:SERVER.CLUSTER` are its.
   */
  readonly san: string | undefined
  /** SHA-256 of its bearer token, 64 hex digits: the token itself is nowhere in a configuration. */
  readonly tokenSha256: string | undefined
}

/** What a webhook receiver is made of. */
export interface ReceiverOptions {
  readonly listen: ListenAddress
  /** Without it plain HTTP, which is for loopback only. */
  readonly tls: TlsFiles | undefined
  /**
   * Who may send. None: with a `clientCA` everyone whose certificate follows the convention of
   * `WebhookSource.san`; on plain loopback everyone, and the path names the source.
   */
  readonly sources: readonly WebhookSource[]
}
