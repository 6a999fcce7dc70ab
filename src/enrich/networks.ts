import { type IpRange, parseRange } from '../base/ip-range.ts'
import type { Issue } from '../base/issue.ts'
import type { Networks } from '../kubernetes/trust/peer.ts'

/** What the operator tells us of the networks around the cluster. */
export interface EnrichOptions {
  /** CIDRs of trusted proxies. */
  readonly proxies: readonly string[]
  /** Pod, service and node CIDRs. */
  readonly clusterRanges: readonly string[]
}

/** The options as ranges, and an issue for each that is none. */
export const readNetworks = (
  options: EnrichOptions,
): { networks: Networks; issues: readonly Issue[] } => {
  const issues: Issue[] = []
  const read = (texts: readonly string[]): readonly IpRange[] =>
    texts.flatMap((text) => {
      const range = parseRange(text)
      if (range === undefined) issues.push(badRange(text))
      return range ?? []
    })
  return {
    networks: { proxies: read(options.proxies), cluster: read(options.clusterRanges) },
    issues,
  }
}

/** The ranges of these options, read once for each options object. */
export const networksOf = (options: EnrichOptions | undefined): Networks => {
  if (options === undefined) return NO_NETWORKS
  const known = READ.get(options)
  if (known !== undefined) return known
  const { networks } = readNetworks(options)
  READ.set(options, networks)
  return networks
}

const NO_NETWORKS: Networks = { proxies: [], cluster: [] }
const READ: WeakMap<EnrichOptions, Networks> = new WeakMap()

const badRange = (text: string): Issue => ({
  code: 'enrich/bad-range',
  message: `${JSON.stringify(text)} is no address and no CIDR range`,
  at: {},
})
