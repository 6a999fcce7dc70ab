import type { ServeConfig } from '../../pipeline/serve-options.ts'
import type { FollowedPath } from '../../source/follow/follower.ts'
import { isSourceName } from '../../source/webhook/audit-path.ts'
import { isLoopback } from '../../source/webhook/receiver.ts'
import type { ListenAddress } from '../../source/webhook/receiver-options.ts'
import { wrong } from '../hunt-request.ts'
import { parseListen } from './listen-address.ts'
import type { ConfigFile } from './parse-config.ts'

/** The options of `deckwatch serve`, as given. */
export interface ServeFlags {
  readonly data: string | undefined
  /** `127.0.0.1:8443` */
  readonly webhook: string | undefined
  /** `cluster/server=PATH`, each. */
  readonly files: readonly string[]
  readonly store: string | undefined
  readonly storePasswordFile: string | undefined
  readonly storeCluster: string | undefined
  readonly anchor: string | undefined
  readonly sealKey: string | undefined
  readonly status: string | undefined
  readonly rules: readonly string[]
  readonly lists: readonly string[]
}

/**
 * What serve is to do, by its options and the file, if there is one. An option replaces what the
 * file says of the same; files, rules and lists are added to those of the file. Throws a
 * CommandError for an option that means nothing.
 */
export const toServeOptions = (flags: ServeFlags, file: ConfigFile | undefined): ServeConfig => {
  const data = flags.data ?? file?.data
  if (data === undefined) {
    throw wrong('it is not said where to keep the data', 'give --data DIR, or data in the file')
  }
  return {
    data,
    webhook: webhookOf(flags, file),
    files: [...(file?.files ?? []), ...flags.files.map(followedLog)],
    store: storeOf(flags, file),
    retention: file?.retention ?? { days: undefined, clusters: new Map() },
    evidence: {
      anchor: flags.anchor ?? file?.evidence.anchor,
      sealKey: flags.sealKey ?? file?.evidence.sealKey,
    },
    status: addressOf('status', flags.status) ?? file?.status ?? STATUS,
    metricsScrape: file?.metricsScrape ?? [],
    rules: [...(file?.rules ?? []), ...flags.rules],
    lists: [...(file?.lists ?? []), ...flags.lists],
    proxies: file?.proxies ?? [],
    clusterRanges: file?.clusterRanges ?? [],
  }
}

/** Where the status is told when nobody says where. */
const STATUS: ListenAddress = { host: '127.0.0.1', port: 9464 }

function webhookOf(flags: ServeFlags, file: ConfigFile | undefined): ServeConfig['webhook'] {
  const listen = addressOf('webhook', flags.webhook)
  if (listen === undefined) return file?.webhook
  const webhook = { tls: undefined, sources: [], ...file?.webhook, listen }
  if (webhook.tls !== undefined || isLoopback(listen.host)) return webhook
  throw wrong(
    `--webhook ${flags.webhook} would be plain HTTP that others can read and forge`,
    'listen on 127.0.0.1, or configure webhook.tls in a file',
  )
}

function storeOf(flags: ServeFlags, file: ConfigFile | undefined): ServeConfig['store'] {
  const { storePasswordFile, storeCluster } = flags
  const before = file?.store?.kind === 'url' ? file.store : undefined
  const url = urlOf(flags.store) ?? before?.url
  if (url === undefined) {
    if (storePasswordFile === undefined && storeCluster === undefined) {
      return file?.store ?? { kind: 'embedded', memoryBytes: undefined }
    }
    const unused = storeCluster === undefined ? 'store-password-file' : 'store-cluster'
    throw wrong(`--${unused} means nothing: there is no store with a URL`, 'give --store URL')
  }
  return {
    kind: 'url',
    url,
    passwordFile: storePasswordFile ?? before?.passwordFile,
    ca: before?.ca,
    clusterName: storeCluster ?? before?.clusterName,
  }
}

function urlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const protocol = URL.parse(text)?.protocol
  if (protocol === 'https:' || protocol === 'http:') return text
  throw wrong('--store is no URL', 'write it as https://user@host:8443/database')
}

function addressOf(option: string, text: string | undefined): ListenAddress | undefined {
  if (text === undefined) return undefined
  const address = parseListen(text)
  if (address !== undefined) return address
  throw wrong(`--${option} "${text}" is no address`, `write it as --${option} 127.0.0.1:8443`)
}

function followedLog(text: string): FollowedPath {
  const [, cluster = '', server = '', path = ''] = /^([^/=]+)\/([^/=]+)=(.+)$/s.exec(text) ?? []
  if (isSourceName(cluster) && isSourceName(server)) {
    return { path, cluster, server, from: 'end' }
  }
  throw wrong(
    `--file "${text}" names nothing`,
    'write it as --file prod/master-1=/var/log/kubernetes/audit/audit.log',
  )
}
