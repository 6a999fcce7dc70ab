import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { followed } from '../testing/followed.ts'
import { LogStage, type StageOptions } from '../testing/log-stage.ts'
import type { FollowedLog } from './followed-log.ts'

/** What happens to a log, in any order. */
type Happening =
  | { readonly kind: 'write'; readonly events: number }
  | { readonly kind: 'poll' }
  | { readonly kind: 'mill' }
  | { readonly kind: 'compress'; readonly at: number; readonly part: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'crash'; readonly deliveries: number }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('write' as const), events: fc.nat(40) }), weight: 4 },
  { arbitrary: fc.constant({ kind: 'poll' as const }), weight: 3 },
  fc.constant({ kind: 'mill' as const }),
  fc.record({
    kind: fc.constant('compress' as const),
    at: fc.nat(3),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.constant({ kind: 'restart' as const }),
  fc.record({ kind: fc.constant('crash' as const), deliveries: fc.nat(4) }),
)

class Run {
  readonly stage: LogStage
  #log: FollowedLog

  constructor(options: StageOptions) {
    this.stage = new LogStage(options)
    this.#log = this.#follow()
  }

  async happens(what: Happening): Promise<void> {
    const { log, kept } = this.stage
    if (what.kind === 'write') this.stage.write(what.events)
    else if (what.kind === 'poll') await this.#log.poll()
    else if (what.kind === 'mill') log.mill()
    else if (what.kind === 'compress') {
      const name = log.backups().filter((one) => one.endsWith('.log'))[what.at]
      if (name !== undefined) log.compressBegin(name, what.part)
    } else {
      if (what.kind === 'crash') {
        kept.failsAt = kept.order.length + what.deliveries
        await this.#log.poll().catch(() => {})
        kept.failsAt = undefined
      }
      await this.#log.close()
      this.#log = this.#follow()
    }
  }

  async end(): Promise<void> {
    this.stage.log.mill()
    await this.#log.poll()
    await this.#log.close()
    this.stage.folder.remove()
  }

  #follow(): FollowedLog {
    const { path, clock, kept } = this.stage
    return followed({ path, clock, kept, positions: kept.positions(), chunkBytes: 700 })
  }
}

/** A soak tries more of them. */
const [numRuns, timeout] = process.env.SOAK === '1' ? [3_000, 1_200_000] : [60, 60_000]
const seed = Math.floor(Math.random() * 2 ** 31)

describe(`whatever happens to a log (seed ${seed})`, () => {
  test('nothing is lost, doubled or out of order while nothing is deleted', {
    timeout,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 30 }),
        fc.boolean(),
        async (all, compress) => {
          const run = new Run({ maxBytes: 1_500, compress })
          for (const one of all) await run.happens(one)
          await run.end()
          expect(run.stage.kept.text()).toBe(run.stage.written())
          expect(run.stage.kept.gaps).toEqual([])
        },
      ),
      { numRuns, seed },
    )
  })

  test('what is deleted unread lies within the times of a gap', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 30 }), async (all) => {
        const run = new Run({ maxBytes: 1_500, maxBackups: 2, compress: true })
        const begin: readonly Happening[] = [{ kind: 'write', events: 1 }, { kind: 'poll' }]
        for (const one of [...begin, ...all]) await run.happens(one)
        await run.end()
        const kept = run.stage.kept.text().split('\n')
        const written = run.stage.written().split('\n')
        expect(written.filter((line) => kept.includes(line))).toEqual(kept)
        const times = run.stage.kept.gaps.map(({ fromTime = '', toTime = '~' }) => [
          fromTime,
          toTime,
        ])
        for (const line of written.filter((one) => !kept.includes(one))) {
          const at = /"stageTimestamp":"([^"]+)"/.exec(line)?.[1] ?? ''
          expect(
            times.some(([from = '', to = '']) => from <= at && at <= to),
            at,
          ).toBe(true)
        }
      }),
      { numRuns, seed },
    )
  })
})
