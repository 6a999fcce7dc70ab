import { LIMIT } from '../base/limit.ts'
import { isObject, type Json, type JsonObject } from './json.ts'

/** One step of a story: a native event, how often it happens, and when. */
export interface StoryStep {
  /** What is changed in it, with `{n}` for the number of the repetition. */
  readonly make: (n: number) => JsonObject | undefined
  readonly times: number
  readonly afterMs: number
  readonly everyMs: number
  /** Whether the step itself says these; what it says is kept. */
  readonly keeps: { readonly time: boolean; readonly auditID: boolean }
}

/** The times of a step as written: `times`, `after` and `every`. */
export const readTimes = (
  step: JsonObject,
): Pick<StoryStep, 'times' | 'afterMs' | 'everyMs'> | string => {
  const { times = 1, after = '1s', every = '1s' } = step
  const afterMs = durationMs(after)
  const everyMs = durationMs(every)
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1) {
    return 'times is a whole number from 1 on'
  }
  if (afterMs === undefined || everyMs === undefined) {
    return 'after and every are a number with ms, s, m, h or d, such as 5s'
  }
  return { times, afterMs, everyMs }
}

/** The value with `{n}` in its texts replaced. */
export const numbered = (value: Json, n: number): Json => {
  if (typeof value === 'string') return value.replaceAll('{n}', String(n))
  if (Array.isArray(value)) return value.map((member) => numbered(member, n))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, numbered(one, n)]))
}

/**
 * The records of a story in order. The first event keeps its time; each further one is moved to its
 * own, and gets an auditID of its own, unless the step says them.
 */
export const tellStory = (steps: readonly StoryStep[]): readonly JsonObject[] | string => {
  const count = steps.reduce((sum, step) => sum + step.times, 0)
  if (count > LIMIT.caseEventsMax) return `a story has at most ${LIMIT.caseEventsMax} events`
  const events: JsonObject[] = []
  let atMs: number | undefined
  for (const step of steps) {
    for (let n = 1; n <= step.times; n += 1) {
      const event = step.make(n)
      if (event === undefined) return 'a step could not be changed as asked'
      const startMs = Date.parse(String(event.requestReceivedTimestamp))
      if (Number.isNaN(startMs)) return 'a step of a story needs a requestReceivedTimestamp'
      atMs = atMs === undefined ? startMs : atMs + (n === 1 ? step.afterMs : step.everyMs)
      events.push(moved(event, step, events.length, atMs - startMs))
    }
  }
  return events
}

const moved = (event: JsonObject, step: StoryStep, number: number, byMs: number): JsonObject => ({
  ...event,
  ...(step.keeps.auditID ? {} : { auditID: auditIdOf(event.auditID, number) }),
  ...(step.keeps.time
    ? {}
    : {
        requestReceivedTimestamp: later(event.requestReceivedTimestamp, byMs),
        stageTimestamp: later(event.stageTimestamp, byMs),
      }),
})

/** A UUID that differs from those of the other events by its last digits. */
const auditIdOf = (id: Json | undefined, number: number): string =>
  String(id ?? '').slice(0, -DIGITS) + String(number + 1).padStart(DIGITS, '0')

const DIGITS = 12

/** Moved by whole milliseconds; the digits below stay. */
const later = (time: Json | undefined, byMs: number): string => {
  const text = String(time ?? '')
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) return text
  const below = /\.\d{3}(\d*)/.exec(text)?.[1] ?? ''
  return `${new Date(ms + byMs).toISOString().slice(0, -1)}${below}Z`
}

const durationMs = (value: Json): number | undefined => {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(String(value)) ?? []
  const factor = UNITS_MS.get(unit ?? '')
  return count === undefined || factor === undefined ? undefined : Number(count) * factor
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])
