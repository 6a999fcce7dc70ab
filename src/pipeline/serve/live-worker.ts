import { parentPort, workerData } from 'node:worker_threads'
import { LiveAnalyzer } from './live-analyzer.ts'
import type { LiveAnswer, LiveOptions, LiveOrder } from './live-job.ts'

/** The worker behind live-crew.ts: raw deliveries in; verdicts, and batches of rows, out. */
let analyzer = new LiveAnalyzer(workerData as LiveOptions)

parentPort?.on('message', (order: LiveOrder) => {
  switch (order.kind) {
    case 'delivery':
      for (const result of analyzer.analyze(order.job)) answer({ kind: 'result', result }, [])
      // Nothing of it is needed any more, and a collector would take its time to notice.
      order.job.bytes.buffer.transfer(0)
      return
    case 'close': {
      const batch = analyzer.close(order.batch)
      const blocks = batch.pieces.flatMap((piece) => piece.blocks)
      const moved = [...blocks, ...batch.shares.map(({ leaves }) => leaves)]
      return answer({ kind: 'batch', batch }, buffersOf(moved))
    }
    case 'rules':
      analyzer = analyzer.with(order.options)
      return answer({ kind: 'rules' }, [])
  }
})

function answer(what: LiveAnswer, moved: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(what, moved)
}

/** The buffers that belong to their views alone; others are copied as they travel. */
function buffersOf(views: readonly Uint8Array[]): readonly ArrayBuffer[] {
  const own = views.filter((view) => view.byteLength === view.buffer.byteLength)
  return [...new Set(own.map((view) => view.buffer))].filter((one) => one instanceof ArrayBuffer)
}
