import { compileRules } from '../detect/compile.ts'
import { CorrelationFold } from '../detect/correlate.ts'
import { ActFold } from '../detect/fold.ts'
import type { Source } from '../model/event.ts'
import { BlockPool } from '../source/block-pool.ts'
import { openBlocks } from '../source/blocks.ts'
import { type Input, listInputs } from '../source/inputs.ts'
import { openCrew } from './crew.ts'
import type { Hunt } from './hunt-options.ts'
import { Tally } from './tally.ts'

/**
 * The way of an event over files: source → decode → enrich → detect → fold. Workers get raw bytes
 * and give verdicts; this thread reads, joins acts and counts. There is no store.
 */
export const hunt: Hunt = async (options, hooks, signal) => {
  const ruleSet = compileRules(options.rules, options.lists)
  const { rules, issues } = ruleSet
  const { inputs, issues: inputIssues } = await listInputs(options.paths, options.sources)
  const correlation = new CorrelationFold(ruleSet)
  const fold = new ActFold(
    rules.length,
    (finding) => hooks.finding?.(finding),
    (counted, events) => correlation.add(counted, events),
  )
  const tally = new Tally([...issues, ...inputIssues], inputs)
  const crew = openCrew(options, ruleSet)
  const pool = new BlockPool()
  try {
    for (const input of inputs) {
      if (signal.aborted) break
      const reading = openBlocks(input, signal, { sha256: options.sha256, pool })
      for await (const { bytes, offset, source, first, last } of reading) {
        tally.addRead(input, offset + bytes.length)
        const fingerprint = fingerprintOf(input, source)
        const job = { bytes, offset, source, fingerprint, alone: first && last }
        await crew.take(job, (result, done) => {
          pool.give(done)
          for (const record of result.records) fold.add(record)
          for (const acts of result.settled) fold.addSettled(acts)
          tally.addBlock(input, result)
          hooks.progress?.(tally.progress(fold.findingCount))
        })
      }
      tally.addInput(input, reading.ending())
    }
    const eligible = await crew.finish()
    const acts = fold.finish()
    const correlated = correlation.finish()
    for (const finding of correlated.findings) hooks.finding?.(finding)
    return tally.report(options, ruleSet, { acts, correlated, eligible })
  } finally {
    await crew.stop()
  }
}

/** Members of an archive share its fingerprint: their names keep their events apart. */
const fingerprintOf = (input: Input, source: Source): string =>
  input.fingerprint + source.file.slice(input.path.length)
