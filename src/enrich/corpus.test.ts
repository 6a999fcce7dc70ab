import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { eventFrom } from '../kubernetes/testing/event.ts'
import type { AuditEvent } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import { enrich } from './enrich.ts'

const LAB = new URL('../../../shared/corpus/lab/', import.meta.url)

const PARTS: readonly (keyof Facts)[] = [
  ...(['actor', 'peer', 'outcome', 'request', 'exec', 'pod', 'grantRules'] as const),
  ...(['grantAggregated', 'grantAggregatesTo', 'binding', 'certificate', 'service'] as const),
  ...(['route', 'persistentVolume', 'namespace', 'kubelet'] as const),
  ...(['token', 'secret', 'failedOpen', 'spoofSignals', 'forwardedSignals'] as const),
]

const logs = (): readonly string[] =>
  readdirSync(LAB, { recursive: true })
    .map(String)
    .filter((name) => /audit-\w+\.log\.zst$/.test(name))

/** Whole lines only: what is torn is no matter here. */
function* eventsIn(name: string): Generator<AuditEvent> {
  const text = zstdDecompressSync(readFileSync(new URL(name, LAB))).toString()
  for (const line of text.split('\n')) {
    if (!line.startsWith('{"kind":"Event"') || !line.endsWith('}')) continue
    yield eventFrom({ ...parsed(line), length: line.length })
  }
}

const parsed = (line: string): object => {
  try {
    return JSON.parse(line)
  } catch {
    return { auditID: undefined }
  }
}

it.skipIf(!existsSync(LAB))('every part of every recorded event (needs ../shared/corpus)', () => {
  let count = 0
  const seen: Partial<Record<keyof Facts, number>> = {}
  for (const name of logs()) {
    for (const event of eventsIn(name)) {
      const facts = enrich(event)
      count++
      for (const part of PARTS) {
        const value = facts[part]
        if (typeof value === 'object') seen[part] = (seen[part] ?? 0) + 1
      }
    }
  }
  expect(count).toBeGreaterThan(50_000)
  for (const part of ['exec', 'pod', 'grantRules', 'binding', 'certificate', 'token'] as const) {
    expect(seen[part], part).toBeGreaterThan(10)
  }
})
