import { parentPort, workerData } from 'node:worker_threads'
import { compileRules } from '../detect/compile.ts'
import { analyzerFor, type CrewAnswer, type CrewOrder } from './crew.ts'
import type { HuntOptions } from './hunt-options.ts'

/**
 * A worker of the crew: raw blocks in, verdicts out. Started by crew.ts, which gives the options.
 */
const options = workerData as HuntOptions
const analyzer = analyzerFor(options, compileRules(options.rules, options.lists))

parentPort?.on('message', (order: CrewOrder) => {
  if (order.kind === 'block') {
    const { bytes } = order.job
    answer({ kind: 'result', result: analyzer.analyze(order.job), bytes }, [bytes.buffer])
  } else answer({ kind: 'eligible', eligible: analyzer.eligible() }, [])
})

function answer(what: CrewAnswer, moved: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(what, moved)
}
