import { spawnSync } from 'node:child_process'

/** A figure that was not measured, and why. */
export interface Skipped {
  readonly id: string
  readonly about: string
  readonly why: string
}

/**
 * The comparisons with other tools that are not among the figures measured, by their ids. They are
 * figures only where the tool stands beside us on the same machine; what they gave where they once
 * did is in no table of ours.
 */
export const skippedPeers = (measured: readonly string[]): readonly Skipped[] =>
  PEERS.filter((peer) => !measured.some((id) => id.startsWith(peer.id))).map((peer) => {
    const found = peer.tools.filter(isInstalled)
    const why =
      found.length === 0
        ? `none of ${peer.tools.join(', ')} is installed`
        : `${found.join(', ')} is installed, and ${peer.unmeasured ?? 'has to be run by hand'}`
    return { id: peer.id, about: peer.about, why }
  })

interface Peer {
  readonly id: string
  readonly about: string
  readonly tools: readonly string[]
  /** Why a tool that is installed was not measured. */
  readonly unmeasured?: string
}

const PEERS: readonly Peer[] = [
  {
    id: 'B9',
    about: 'events/s next to Zircolite, Chainsaw and go-sigma, the same log and rules',
    tools: ['zircolite', 'chainsaw', 'gsre'],
  },
  { id: 'B9b', about: 'events/s next to RSigma on one core', tools: ['rsigma'] },
  {
    id: 'B18 Go',
    about: 'evaluation of audit policies next to that of the API server itself',
    tools: ['go'],
    unmeasured: 'is asked in the long tier, where its modules are at hand',
  },
]

function isInstalled(tool: string): boolean {
  return spawnSync(tool, ['--help']).error === undefined
}
