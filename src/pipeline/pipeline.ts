import { LIMIT } from '../base/limit.ts'
import { compileRules } from '../detect/compile.ts'
import { CorrelationFold } from '../detect/correlate.ts'
import { ActFold } from '../detect/fold.ts'
import type { Source } from '../model/event.ts'
import { BlockPool } from '../source/block-pool.ts'
import { openBlocks } from '../source/blocks.ts'
import { type Input, listInputs } from '../source/inputs.ts'
import { openCrew } from './crew.ts'
import type { Hunt } from './hunt-options.ts'
import { setAside } from './serve/aside.ts'
import { Chores } from './serve/chores.ts'
import { commitsOf } from './serve/commits.ts'
import { instanceOf, openInstance, storing } from './serve/instance.ts'
import { Intake } from './serve/intake.ts'
import { keepDamage } from './serve/log-damage.ts'
import { Monitor } from './serve/monitor.ts'
import { openSources } from './serve/open-sources.ts'
import { persist, sayRetry } from './serve/persist.ts'
import type { Serve } from './serve/running.ts'
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

/**
 * The way of an event live: source → log → decode → enrich → detect → store → commit. A source may
 * acknowledge what is in the write-ahead log; from there on a crash repeats, and repeating changes
 * nothing. Ends when the signal aborts, or once all that was to be imported is stored.
 */
export const serve: Serve = async (options, hooks, signal) => {
  const parts = await openInstance(options, hooks, signal)
  const { live, quarantine } = parts
  const { clock } = options
  const monitor = new Monitor(parts, hooks, clock)
  const stop = new AbortController()
  const commits = commitsOf(parts, storing(parts, options, hooks, stop.signal), monitor)
  const intake = new Intake(parts, clock, {
    analyzed: (delivery, result) => {
      live.take(delivery, result)
      monitor.analyzed(delivery, result)
    },
    aside: async (delivery, bytes) => {
      const trying = { clock, signal: stop.signal, onRetry: sayRetry('a body', hooks) }
      const gap = await persist(() => setAside(delivery, bytes, quarantine), trying)
      if (gap !== undefined) live.takeGap(gap)
    },
    tick: (heardUs) => {
      monitor.observeBudgets()
      monitor.sayReadiness()
      live.tick(heardUs)
    },
    ...commits,
  })
  const working = intake.run(stop.signal)
  // Sources may still be being opened when it fails: it is met behind them.
  working.catch(() => {})
  try {
    await keepDamage({ ...parts, clock })
    const chores = new Chores({ config: options.config, parts, hooks, clock })
    const sources = await openSources(options, parts, hooks, chores)
    monitor.watch(sources, chores)
    const upkeep = chores.run(stop.signal)
    upkeep.catch(() => {})
    hooks.started?.(instanceOf(options, parts, sources, monitor))
    await sources.untilDone(signal, Promise.race([working, upkeep]))
    await intake.drain(options.importing === undefined ? LIMIT.drainMs : Number.POSITIVE_INFINITY)
    if (options.importing !== undefined) {
      live.finish()
      await commits.settle()
    }
  } finally {
    stop.abort()
    await working.finally(async () => {
      await parts.anchoring.finish()
      await parts.close()
    })
  }
}

/** Members of an archive share its fingerprint: their names keep their events apart. */
const fingerprintOf = (input: Input, source: Source): string =>
  input.fingerprint + source.file.slice(input.path.length)
