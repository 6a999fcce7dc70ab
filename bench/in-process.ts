import { scanItems } from '../src/base/json-scan.ts'
import { decodeBlock } from '../src/decode/decode.ts'
import type { Source } from '../src/model/event.ts'
import { BODIES, type Corpus, MIXED, makeCorpus } from './corpus.ts'
import { FIGURES, type Figure, type Measured } from './figure.ts'
import { makeHostile } from './hostile.ts'
import { type Comparison, compare, type Pair } from './measure.ts'
import { parseLines } from './yardstick.ts'

/** How much is measured: the tier of CI, or the one that is quoted. */
export interface Effort {
  readonly corpusBytes: number
  readonly rounds: number
}

/** The figures of decode, each against the bare JSON.parse loop over the same bytes. */
export const measureDecoding = (effort: Effort): readonly Measured[] => {
  const mixed = makeCorpus(MIXED, effort.corpusBytes)
  const bodies = makeCorpus(BODIES, effort.corpusBytes)
  const run = (figure: Figure, pair: Pair): Measured =>
    toMeasured(figure, compare(pair, effort.rounds))
  return [
    run(FIGURES.listFraming, { yardstick: parsing(mixed), subject: framingLists(mixed) }),
    run(FIGURES.lineFraming, {
      yardstick: parsing(mixed),
      subject: framingLines(mixed),
      repeats: LINE_ROUNDS,
    }),
    run(FIGURES.decodeMixed, { yardstick: parsing(mixed), subject: decoding(mixed) }),
    run(FIGURES.decodeBodies, { yardstick: parsing(bodies), subject: decoding(bodies) }),
    run(FIGURES.decodeHostile, hostile()),
  ]
}

const SOURCE: Source = { cluster: 'bench', server: 'a', file: 'a.log' }
const ITEMS_PER_LIST = 400

function toMeasured(figure: Figure, found: Comparison): Measured {
  const value = figure.better === 'higher' ? 1 / found.timeRatio : found.timeRatio
  return {
    figure,
    value,
    // Relative deviations of a small quantity and of its inverse are the same.
    deviation: (found.deviation / found.timeRatio) * value,
    rounds: found.rounds,
    refused: found.refused,
    note: `B0 ${found.yardstickMs.toFixed(0)} ms, drift ${(found.drift * 100).toFixed(1)} %`,
  }
}

function parsing({ bytes, events }: Corpus): () => number {
  return () => checked(parseLines(bytes), events)
}

/** So quick that once would measure the clock. */
const LINE_ROUNDS = 20

function framingLines({ bytes, events }: Corpus): () => number {
  return () => {
    let found = 0
    for (let round = 0; round < LINE_ROUNDS; round += 1) {
      for (let start = 0; start < bytes.length; ) {
        const end = bytes.indexOf(10, start)
        if (bytes.subarray(start, end).length > 0) found += 1
        start = end + 1
      }
    }
    return checked(found, events * LINE_ROUNDS)
  }
}

function framingLists({ bytes, events }: Corpus): () => number {
  const lists = toLists(bytes)
  return () => {
    let found = 0
    for (const list of lists) {
      scanItems(list, list.indexOf('['), list.length, () => {
        found += 1
      })
    }
    return checked(found, events)
  }
}

/** Webhook bodies that hold the lines of a log. */
function toLists(bytes: Buffer): readonly Buffer[] {
  const lines = bytes.toString().trimEnd().split('\n')
  const lists: Buffer[] = []
  for (let at = 0; at < lines.length; at += ITEMS_PER_LIST) {
    const items = lines.slice(at, at + ITEMS_PER_LIST).join(',')
    const head = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":['
    lists.push(Buffer.from(`${head}${items}]}\n`))
  }
  return lists
}

function decoding({ bytes, events }: Corpus): () => number {
  return () => checked(countDecoded(bytes), events)
}

function hostile(): Pair {
  const bytes = makeHostile(4)
  const events = parseLines(bytes)
  return {
    yardstick: () => checked(parseLines(bytes), events),
    subject: () => checked(countDecoded(bytes), events),
  }
}

/** Decodes and reads what every rule's index reads. */
function countDecoded(bytes: Uint8Array): number {
  let found = 0
  const sink = {
    event: (event: { readonly verb: string }): void => {
      if (event.verb !== '') found += 1
    },
    issue: (): void => {},
    shape: (): void => {},
  }
  decodeBlock(bytes, 0, SOURCE, { strict: false }, sink)
  return found
}

function checked(found: number, expected: number): number {
  if (found !== expected) throw new Error(`found ${found} events, not ${expected}`)
  return found
}
