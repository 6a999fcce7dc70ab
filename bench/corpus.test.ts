import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { BODIES, type CorpusKind, META, MIXED, makeCorpus } from './corpus.ts'

interface Statistics {
  readonly p50Bytes: number
  readonly entropy: number
  readonly verbs: Readonly<Record<string, number>>
  readonly resources: Readonly<Record<string, number>>
}

const lab: Statistics = JSON.parse(
  readFileSync(new URL('lab-statistics.json', import.meta.url), 'utf8'),
)
const BYTES = 8_000_000
const meta = makeCorpus(META, BYTES)
const lines = meta.bytes.toString().trimEnd().split('\n')

describe('the generated corpora', () => {
  it('are the same for the same seed, and others for another', () => {
    const hash = (seed: number): string =>
      createHash('sha256')
        .update(makeCorpus(META, 100_000, seed).bytes)
        .digest('hex')
    expect(hash(1)).toBe(hash(1))
    expect(hash(1)).not.toBe(hash(2))
  })

  it.each([
    [META, 1_100],
    [MIXED, 1_700],
    [BODIES, 7_000],
  ] as const)('have the mean size that the benchmarks speak of: %o', (kind, mean) => {
    expect(relativeTo(mean, meanBytes(kind))).toBeLessThan(0.06)
  })

  it('count their events and what was planted', () => {
    expect(lines).toHaveLength(meta.events)
    expect(lines.filter((line) => line.includes('/exec?command=')).length).toBe(meta.planted.B01)
    const privileged = lines.filter((line) => line.includes('"privileged":true'))
    expect(privileged.length).toBe(meta.planted.C01)
    expect(meta.planted.B01).toBeGreaterThan(0)
    expect(meta.planted.C01).toBeGreaterThan(0)
  })
})

describe('the corpus meta looks like the recording of a real cluster', () => {
  it('in the sizes of its events', () => {
    const sizes = lines.map((line) => line.length).sort((a, b) => a - b)
    expect(relativeTo(lab.p50Bytes, sizes[sizes.length >> 1])).toBeLessThan(0.2)
    expect(sizes[Math.floor(sizes.length * 0.95)]).toBeLessThan(2_500)
  })

  it('in its entropy and in how well it compresses', () => {
    const ratio = meta.bytes.length / gzipSync(meta.bytes, { level: 6 }).length
    expect(ratio).toBeGreaterThan(10)
    expect(ratio).toBeLessThan(16)
    expect(Math.abs(entropy(meta.bytes) - lab.entropy)).toBeLessThan(0.25)
  })

  it('in its verbs and resources', () => {
    const events = lines.map((line) => JSON.parse(line))
    expect(distance(lab.verbs, shares(events.map((event) => event.verb)))).toBeLessThan(0.15)
    const resources = events.map((event) => event.objectRef.resource)
    expect(distance(lab.resources, shares(resources))).toBeLessThan(0.3)
  })

  it('in the level of nine of ten events', () => {
    const metadata = lines.filter((line) => line.includes('"level":"Metadata"')).length
    expect(Math.abs(metadata / lines.length - 0.9)).toBeLessThan(0.02)
  })
})

function meanBytes(kind: CorpusKind): number {
  const corpus = makeCorpus(kind, BYTES)
  return corpus.bytes.length / corpus.events
}

function relativeTo(expected: number, found: number | undefined): number {
  return Math.abs((found ?? 0) - expected) / expected
}

/** Shannon's, in bits per byte. */
function entropy(bytes: Uint8Array): number {
  const counts = new Float64Array(256)
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1
  return counts.reduce((sum, count) => {
    const share = count / bytes.length
    return share === 0 ? sum : sum - share * Math.log2(share)
  }, 0)
}

function shares(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1 / values.length
  return counts
}

/** How much of one distribution would have to move to make the other: 0 equal, 1 disjoint. */
function distance(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): number {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].reduce((sum, key) => sum + Math.abs((a[key] ?? 0) - (b[key] ?? 0)), 0) / 2
}
