import {
  type Address,
  type IpRange,
  inRanges,
  parseAddress,
  parseRange,
} from '../../base/ip-range.ts'
import { Recall } from '../../base/recall.ts'
import type { Peer, PeerClass } from '../../model/facts.ts'

/** The networks that the operator told us of. */
export interface Networks {
  /** Proxies whose forwarded header is believed. */
  readonly proxies: readonly IpRange[]
  /** Ranges of pods, services and nodes. */
  readonly cluster: readonly IpRange[]
}

/**
 * The TCP peer: the last of `sourceIPs`, or the one before the proxies at its end.
 * Upstream: kubernetes/apimachinery pkg/util/net/http.go, SourceIPs; "all but the last IP can be
 * arbitrarily set by the client" (audit types.go).
 */
export const peerOf = (sourceIPs: readonly string[] | undefined, networks: Networks): Peer => {
  if (sourceIPs === undefined || sourceIPs.length === 0) return NOBODY
  let at = sourceIPs.length - 1
  while (at > 0 && isIn(sourceIPs[at], networks.proxies)) at--
  const address = sourceIPs[at]
  return {
    address,
    class: address === undefined ? 'unknown' : classesOf(networks).of(address),
    claimed: at === 0 ? NONE : sourceIPs.slice(0, at),
  }
}

/** What network an address is in; the cluster's own ranges come before what they lie in. */
export const classOf = (text: string, cluster: readonly IpRange[]): PeerClass => {
  const address = parseAddress(text)
  if (address === undefined) return 'unknown'
  if (inRanges(address, LOOPBACK)) return 'loopback'
  if (inRanges(address, cluster)) return 'cluster'
  if (inRanges(address, NAT64)) return classOfBytes(address.slice(12))
  return classOfBytes(address)
}

/** A log has few addresses, and they are asked of nearly every event. */
const classesOf = (networks: Networks): Recall<PeerClass> => {
  const known = CLASSES.get(networks)
  if (known !== undefined) return known
  const made = new Recall((address) => classOf(address, networks.cluster))
  CLASSES.set(networks, made)
  return made
}

const CLASSES: WeakMap<Networks, Recall<PeerClass>> = new WeakMap()

const NONE: readonly string[] = []
const NOBODY: Peer = { address: undefined, class: 'unknown', claimed: NONE }

const ranges = (...texts: readonly string[]): readonly IpRange[] =>
  texts.flatMap((text) => parseRange(text) ?? [])

const LOOPBACK = ranges('127.0.0.0/8', '::1')
/**
 * RFC 1918, RFC 6598 (carrier NAT), RFC 3927 and RFC 4291 (link-local), RFC 4193 (unique local).
 */
const PRIVATE = ranges(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
)
/** Unspecified, multicast and reserved: nobody's address. */
const NOWHERE = ranges('0.0.0.0/8', '224.0.0.0/3', '::', 'ff00::/8')
/** RFC 6052: an IPv4 address in the last four bytes. */
const NAT64 = ranges('64:ff9b::/96')

const classOfBytes = (address: Address): PeerClass => {
  if (inRanges(address, PRIVATE)) return 'private'
  if (inRanges(address, LOOPBACK)) return 'loopback'
  return inRanges(address, NOWHERE) ? 'unknown' : 'public'
}

const isIn = (text: string | undefined, within: readonly IpRange[]): boolean => {
  if (text === undefined || within.length === 0) return false
  const address = parseAddress(text)
  return address !== undefined && inRanges(address, within)
}
