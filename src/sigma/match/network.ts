import { type IpRange, inRange, parseAddress } from '../../base/ip-range.ts'
import type { TextMatcher } from './text.ts'

/**
 * What an IPv4 address looks like to `parseAddress`, for RE2: ClickHouse's own functions take other
 * texts for addresses too.
 */
export const IPV4_SOURCE: string = [1, 2, 3, 4]
  .map(() => '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])')
  .join('\\.')

/** Whether a text is an address of the network. Text that is no address lies in none. */
export const networkMatcher = (network: IpRange): TextMatcher => {
  return (text) => {
    const address = parseAddress(text)
    return address !== undefined && inRange(address, network)
  }
}
