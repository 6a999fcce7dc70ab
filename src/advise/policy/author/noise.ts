/** What presets drop as noise, by the name under which it can be kept. */
export const NOISE = [
  'kube-proxy',
  'leases',
  'nodes',
  'health',
  'events',
  'controllers',
  'apiserver',
] as const

/** A kind of noise. */
export type NoiseName = (typeof NOISE)[number]

/** Whether a text names a kind of noise. */
export const isNoise = (text: string): text is NoiseName => NOISE.some((one) => one === text)
