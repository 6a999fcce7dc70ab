import { spawnSync } from 'node:child_process'

/** A figure that was not measured, and why. */
export interface Skipped {
  readonly id: string
  readonly about: string
  readonly why: string
}

/**
 * The comparisons with other tools. They are figures only where the tool stands beside us on the
 * same machine; what they gave where they once did is in no table of ours.
 */
export const skippedPeers = (): readonly Skipped[] =>
  PEERS.map(({ id, about, tools }) => {
    const found = tools.filter(isInstalled)
    const why =
      found.length === 0
        ? `none of ${tools.join(', ')} is installed`
        : `${found.join(', ')} is installed, and has to be run by hand`
    return { id, about, why }
  })

interface Peer {
  readonly id: string
  readonly about: string
  readonly tools: readonly string[]
}

const PEERS: readonly Peer[] = [
  {
    id: 'B9',
    about: 'events/s next to Zircolite, Chainsaw and go-sigma, the same log and rules',
    tools: ['zircolite', 'chainsaw', 'gsre'],
  },
  { id: 'B9b', about: 'events/s next to RSigma on one core', tools: ['rsigma'] },
]

function isInstalled(tool: string): boolean {
  return spawnSync(tool, ['--help']).error === undefined
}
