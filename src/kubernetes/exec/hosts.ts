import { inRanges, parseAddress, parseRange } from '../../base/ip-range.ts'

/** The hosts that a plain command names, each once: addresses in their usual form. */
export const hostsIn = (command: string): readonly string[] => {
  const hosts = new Set<string>()
  for (const [, host = ''] of command.matchAll(WITH_SCHEME)) add(host, hosts)
  for (const [, host = ''] of command.matchAll(WITH_PATH)) add(host, hosts)
  for (const [, host = ''] of command.matchAll(FETCHED)) add(host, hosts)
  for (const [, host = ''] of command.matchAll(DEVICE)) add(host, hosts)
  for (const [host] of command.matchAll(ADDRESS)) add(host, hosts)
  return [...hosts]
}

/** Those of the hosts that are neither this pod itself nor a name within the cluster. */
export const remoteHosts = (hosts: readonly string[]): readonly string[] => hosts.filter(isRemote)

/** `scheme://user@host`, the host perhaps in brackets. */
const WITH_SCHEME =
  /(?<![a-zA-Z0-9+-])[a-zA-Z][a-zA-Z0-9+-]*:\/\/(?:[^\s/@'"]*@)?(\[[0-9a-fA-F:.]+\]|[^\s/:?#'"<>()[\]{}|;&,]+)/g
/** A word that is a name with a dot, or a number, and then a path or a port. */
const WITH_PATH =
  /(?:^|[\s=@])((?:[a-zA-Z0-9_-]+\.)+[a-zA-Z][a-zA-Z0-9-]+|0[xX][0-9a-fA-F]{1,8}|\d{8,12})(?=\/|:[\d/~])/g
/** Options of curl and wget with their value, those without, and the usual ones that are words. */
const VALUED = /-[a-zA-Z]*[AbcdeFHmoOPTuUwX] \S+ /.source
const FLAGS = /-[a-zA-Z0-9]*[afgikIjJLnNpqsSv0-9] |-[a-zA-Z]+- /.source
const WORDS = /--(?:fail|insecure|location|quiet|silent|show-error|no-check-certificate) /.source
const NAME = /((?:[a-zA-Z0-9_-]+\.)+[a-zA-Z]{2,})(?![\w./:-])/.source
/** The first word behind curl or wget that is no option, if it is a name with a dot. */
const FETCHED = new RegExp(`(?<![\\w.-])(?:curl|wget) (?:${VALUED}|${FLAGS}|${WORDS})*${NAME}`, 'g')
/** What bash connects to when it opens such a file. */
const DEVICE = /\/dev\/(?:tcp|udp)\/([^\s/]+)\//g
/** An IPv4 address wherever it stands, or an IPv6 address in brackets. */
const ADDRESS =
  /(?<![\w.])(?:(?:0[xX][0-9a-fA-F]{1,12}|\d{1,12})(?:\.(?:0[xX][0-9a-fA-F]{1,12}|\d{1,12})){3}(?![\w.]*\w)|\[[0-9a-fA-F:.]+\])/g

const HOST_LENGTH_MAX = 253

const add = (text: string, hosts: Set<string>): void => {
  const host = (text.startsWith('[') ? text.slice(1, -1) : text).toLowerCase().replace(/\.$/, '')
  if (host === '' || host.length > HOST_LENGTH_MAX) return
  hosts.add(addressText(host) ?? host)
}

/** An address as it is usually written, whatever base and however many parts it was written in. */
const addressText = (host: string): string | undefined => {
  const bytes = host.includes(':') ? parseAddress(host) : looseV4(host)
  if (bytes === undefined) return undefined
  return bytes.length === 4 ? bytes.join('.') : v6Text(bytes)
}

/** One to four numbers, decimal, octal or hexadecimal, as inet_aton of the C library reads them. */
const looseV4 = (host: string): Uint8Array | undefined => {
  const parts = host.split('.')
  if (parts.length > 4 || !parts.every((part) => NUMBER.test(part))) return undefined
  const numbers = parts.map(numberOf)
  const last = numbers.pop() ?? 0
  if (numbers.some((part) => part > 255) || last >= 256 ** (4 - numbers.length)) return undefined
  const bytes = new Uint8Array(4)
  bytes.set(numbers)
  for (let i = 3, rest = last; i >= numbers.length; i--, rest = Math.floor(rest / 256)) {
    bytes[i] = rest % 256
  }
  return bytes
}

const NUMBER = /^(?:0x[0-9a-f]+|\d+)$/
const numberOf = (text: string): number =>
  /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text)

/** RFC 5952: the longest run of zeros is `::`. */
const v6Text = (bytes: Uint8Array): string => {
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  ).join(':')
  const runs = [...groups.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)]
  const longest = runs.reduce((best, [run]) => (run.length > best.length ? run : best), '')
  if (longest === '') return groups
  const at = groups.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`))
  const head = groups.slice(0, at).replace(/:$/, '')
  const tail = groups.slice(at + longest.length).replace(/^:/, '')
  return `${head}::${tail}`
}

const NEAR = ['127.0.0.0/8', '169.254.0.0/16', '0.0.0.0/8', '::/127', 'fe80::/10'].flatMap(
  (range) => parseRange(range) ?? [],
)
const WITHIN = /(?:^|\.)(?:svc|local|internal|localhost)$/

const isRemote = (host: string): boolean => {
  const address = parseAddress(host)
  if (address !== undefined) return !inRanges(address, NEAR)
  return host.includes('.') && !WITHIN.test(host)
}
