import type { FollowedPath } from '../source/follow/follower.ts'
import type { ScrapeTarget } from '../source/metrics/scrape.ts'
import type { ListenAddress, ReceiverOptions } from '../source/webhook/receiver-options.ts'

/** What `deckwatch serve` was asked to do: the options given and the configuration file, joined. */
export interface ServeConfig {
  /** The data directory. */
  readonly data: string
  readonly webhook: ReceiverOptions | undefined
  readonly files: readonly FollowedPath[]
  readonly store: StoreChoice
  readonly retention: Retention
  readonly evidence: EvidenceChoice
  /** Where `/livez`, `/readyz`, `/metrics`, `/sources` are served. */
  readonly status: ListenAddress | undefined
  /** Of API servers, to compare their counts with what arrived. */
  readonly metricsScrape: readonly ScrapeTarget[]
  /** Files and folders, besides the rules that come with deckwatch. */
  readonly rules: readonly string[]
  readonly lists: readonly string[]
  /** CIDRs of proxies before the API servers, whose word on the client address is taken. */
  readonly proxies: readonly string[]
  /** CIDRs of the clusters themselves: pods, services, nodes. */
  readonly clusterRanges: readonly string[]
}

/** Which ClickHouse keeps the events. */
export type StoreChoice =
  | { readonly kind: 'embedded'; readonly memoryBytes: number | undefined }
  | {
      readonly kind: 'url'
      /** `https://user@host:8443/database`. */
      readonly url: string
      /** A file that holds the password, when the URL does not. */
      readonly passwordFile: string | undefined
      /** Certificates in PEM to trust, besides the usual ones. */
      readonly ca: string | undefined
      /** The name of the ClickHouse cluster to make tables on; undefined: a single server. */
      readonly clusterName: string | undefined
    }

/** How long events are kept, in days. Undefined: for ever. */
export interface Retention {
  readonly days: number | undefined
  /** By cluster, where it differs. */
  readonly clusters: ReadonlyMap<string, number>
}

/** Where the heads of the evidence chains are written, and who can read sealed originals. */
export interface EvidenceChoice {
  /** A file outside the data directory, for it is to show what happens to that one. */
  readonly anchor: string | undefined
  /** A public key in PEM: originals of masked events are kept, sealed for its owner. */
  readonly sealKey: string | undefined
}
