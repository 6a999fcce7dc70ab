import { LIMIT } from '../base/limit.ts'
import { openBlocks } from './blocks.ts'
import type { Input } from './inputs.ts'

/** Events of one API server, as it would send them: the text of an EventList. */
export interface ResentBody {
  readonly cluster: string
  readonly server: string
  readonly body: string
  readonly events: number
  /** The time of its last event, as sent, in µs since 1970. */
  readonly timeUs: number
}

/** How recorded logs are sent again. */
export interface ResendOptions {
  /** Added to every time that the API server wrote into its events. */
  readonly shiftUs: number
}

/** The moments of the first and the last event of the inputs, in µs since 1970. */
export interface Extent {
  readonly events: number
  readonly firstUs: number
  readonly lastUs: number
}

/** Reads the inputs once, to know what time they span. Undefined: no line of them is an event. */
export const extentOf = async (
  inputs: readonly Input[],
  signal: AbortSignal,
): Promise<Extent | undefined> => {
  let extent: Extent | undefined
  for (const input of inputs) {
    for await (const { timeUs } of linesOf(input, signal)) {
      extent = {
        events: (extent?.events ?? 0) + 1,
        firstUs: Math.min(extent?.firstUs ?? timeUs, timeUs),
        lastUs: Math.max(extent?.lastUs ?? timeUs, timeUs),
      }
    }
  }
  return extent
}

/**
 * The native lines of the inputs as webhook bodies, all API servers in one order of time. What is
 * no native line is passed over.
 */
export async function* resend(
  inputs: readonly Input[],
  options: ResendOptions,
  signal: AbortSignal,
): AsyncGenerator<ResentBody, void> {
  const open = new Map<Input, Line[]>()
  for await (const { input, line } of merged(inputs, signal)) {
    const waiting = open.get(input) ?? []
    open.set(input, waiting)
    waiting.push(line)
    for (const [of, lines] of open) {
      if (lines.length > 0 && isDue(lines, line)) yield bodyOf(of, lines.splice(0), options)
    }
  }
  for (const [of, lines] of open) if (lines.length > 0) yield bodyOf(of, lines, options)
}

/** The default of `--audit-webhook-batch-max-size`. */
const EVENTS_PER_BODY = 400
const BODY_US = 1_000_000

const isDue = (lines: readonly Line[], latest: Line): boolean => {
  const since = latest.timeUs - (lines[0]?.timeUs ?? latest.timeUs)
  return lines.length >= EVENTS_PER_BODY || since >= BODY_US
}

interface Line {
  /** Without the head that only a file has. */
  readonly item: string
  readonly timeUs: number
}

const bodyOf = (
  { source: { cluster, server } }: Input,
  lines: readonly Line[],
  { shiftUs }: ResendOptions,
): ResentBody => {
  const items = lines.map(({ item }) => (shiftUs === 0 ? item : shifted(item, shiftUs)))
  return {
    cluster,
    server,
    body: `${LIST_HEAD}${items.join(',')}]}\n`,
    events: lines.length,
    timeUs: Math.max(...lines.map(({ timeUs }) => timeUs)) + shiftUs,
  }
}

/** What the API server's encoder writes. */
const LIST_HEAD = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":['
const LINE_HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'
const TIMES = /"(requestReceivedTimestamp|stageTimestamp)":"([^"]{20,32})"/g
const STAGE_TIME = /"stageTimestamp":"([^"]{20,32})"/g

/**
 * An event with its own times moved: those that stand behind its bodies, where the server puts
 * them.
 */
const shifted = (item: string, shiftUs: number): string => {
  const at = item.lastIndexOf('"requestReceivedTimestamp"')
  if (at < 0) return item
  const tail = item.slice(at).replace(TIMES, (whole, name: string, time: string) => {
    const us = microseconds(time)
    return us === undefined ? whole : `"${name}":"${timeText(us + shiftUs)}"`
  })
  return item.slice(0, at) + tail
}

const microseconds = (time: string): number | undefined => {
  const ms = Date.parse(time)
  if (Number.isNaN(ms)) return undefined
  const digits = /\.(\d+)/.exec(time)?.[1] ?? ''
  return Math.floor(ms / 1000) * 1_000_000 + Number(digits.padEnd(6, '0').slice(0, 6))
}

const timeText = (us: number): string => {
  const seconds = new Date(Math.floor(us / 1_000_000) * 1000).toISOString().slice(0, -5)
  return `${seconds}.${String(us % 1_000_000).padStart(6, '0')}Z`
}

async function* linesOf(input: Input, signal: AbortSignal): AsyncGenerator<Line, void> {
  for await (const { bytes } of openBlocks(input, signal, { sha256: false })) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
    for (const line of text.split('\n')) {
      if (!line.startsWith(LINE_HEAD) || line.length > LIMIT.recordBytesMax) continue
      const time = [...line.matchAll(STAGE_TIME)].at(-1)?.[1]
      const timeUs = time === undefined ? undefined : microseconds(time)
      if (timeUs !== undefined) yield { item: `{${line.slice(LINE_HEAD.length)}`, timeUs }
    }
  }
}

/** The lines of all inputs, the earliest next line first. */
async function* merged(
  inputs: readonly Input[],
  signal: AbortSignal,
): AsyncGenerator<{ readonly input: Input; readonly line: Line }, void> {
  const heads = await Promise.all(
    inputs.map(async (input) => {
      const lines = linesOf(input, signal)
      return { input, lines, next: await lines.next() }
    }),
  )
  for (;;) {
    const left = heads.filter(({ next }) => next.done !== true)
    const [first, ...others] = left
    if (first === undefined) return
    const timeOf = (head: typeof first): number => head.next.value?.timeUs ?? 0
    const earliest = others.reduce((a, b) => (timeOf(b) < timeOf(a) ? b : a), first)
    if (earliest.next.done === true) return
    yield { input: earliest.input, line: earliest.next.value }
    earliest.next = await earliest.lines.next()
  }
}
