import { readdirSync, readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { makeRules } from '../bench/rules.ts'
import { NO, type Truth } from '../src/base/truth.ts'
import { decodeBlock } from '../src/decode/decode.ts'
import { compileRules } from '../src/detect/compile.ts'
import { RuleIndex } from '../src/detect/rule-index.ts'
import { enrich } from '../src/enrich/enrich.ts'
import type { AuditEvent, Source } from '../src/model/event.ts'
import { shippedRules } from './testing/shipped-rules.ts'

const RECORDING = new URL('../demo/shop-cluster/', import.meta.url)
const SOURCE: Source = { cluster: 'shop', server: 'a', file: 'a.log' }
const BYTES_MAX = 2_000_000

const eventsOf = (file: string): readonly AuditEvent[] => {
  const bytes = zstdDecompressSync(readFileSync(new URL(file, RECORDING))).subarray(0, BYTES_MAX)
  const events: AuditEvent[] = []
  const sink = {
    event: (event: AuditEvent) => void events.push(event),
    issue: () => {},
    shape: () => {},
  }
  decodeBlock(bytes, 0, SOURCE, { strict: false }, sink)
  return events
}

const recordings = readdirSync(RECORDING).filter((file) => file.endsWith('.log.zst'))

test.each(recordings)('the index says of the recording %s what asking each rule says', (file) => {
  const rules = [...shippedRules.rules, ...compileRules(makeRules(100)).rules]
  const index = new RuleIndex(rules)
  const events = eventsOf(file)
  expect(events.length).toBeGreaterThan(100)
  let said = 0
  for (const event of events) {
    const found = new Map<number, Truth>()
    index.judge(index.bucketFor(event), enrich(event), (rule, truth) => found.set(rule, truth))
    const facts = enrich(event)
    for (const [at, { test: judge, ref }] of rules.entries()) {
      const truth = judge(facts)
      if (truth !== NO) said += 1
      const of = `${ref.title}: ${event.verb} ${event.requestURI}`
      if (truth !== (found.get(at) ?? NO)) expect.fail(`${of}: ${truth}, not ${found.get(at)}`)
    }
  }
  expect(said).toBeGreaterThan(0)
})
