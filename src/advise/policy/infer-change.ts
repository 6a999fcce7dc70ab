import { timeText } from '../../detect/time.ts'
import type { Level } from '../../model/event.ts'
import type { Confidence } from './infer.ts'
import type { SeenEvent, SeenRequest, SeenRequests, SeenTimes } from './infer-requests.ts'

/** A moment at which an API server seems to have got another policy. */
export interface PolicyChange {
  /** The last request under the earlier policy, and the first under the later one. */
  readonly after: string
  readonly before: string
  /** Kinds of request that are logged at another level since. */
  readonly requests: number
  readonly confidence: Confidence
  readonly example: SeenEvent | undefined
  readonly laterExample: SeenEvent | undefined
}

/**
 * When the policy changed within a log: the same requests were logged at one level up to a moment,
 * and at another since. Undefined: it did not, or more than once, or differs for another reason.
 */
export const changeOf = (log: SeenRequests): PolicyChange | undefined => {
  const mixed = alike(log.all).filter(({ times }) => times.size > 1)
  const turns = mixed.flatMap(turnOf)
  if (turns.length === 0 || turns.length < mixed.length * TURNED_SHARE) return undefined
  const afterUs = turns.reduce((most, turn) => Math.max(most, turn.lastUs), 0)
  const beforeUs = turns.reduce((least, turn) => Math.min(least, turn.firstUs), Infinity)
  if (afterUs >= beforeUs) return undefined
  const [first] = turns
  return {
    after: timeText(afterUs),
    before: timeText(beforeUs),
    requests: turns.length,
    confidence: turns.length >= MANY ? 'high' : turns.length >= SOME ? 'medium' : 'low',
    example: first?.example,
    laterExample: first?.laterExample,
  }
}

/** A few requests may be of other names, that the policy tells apart. */
const TURNED_SHARE = 0.9
const MANY = 10
const SOME = 3

type Timed = Pick<SeenRequest, 'times' | 'examples'>

/** Requests that differ in the object's name alone, together. */
const alike = (requests: readonly SeenRequest[]): readonly Timed[] => {
  const together = new Map<
    string,
    { times: Map<Level, SeenTimes>; examples: Map<Level, SeenEvent> }
  >()
  for (const { likeness, times, examples } of requests) {
    const known = together.get(likeness) ?? { times: new Map(), examples: new Map() }
    together.set(likeness, known)
    for (const [level, { firstUs, lastUs }] of times) {
      const before = known.times.get(level)
      known.times.set(level, {
        firstUs: Math.min(before?.firstUs ?? firstUs, firstUs),
        lastUs: Math.max(before?.lastUs ?? lastUs, lastUs),
      })
    }
    for (const [level, example] of examples) {
      if (!known.examples.has(level)) known.examples.set(level, example)
    }
  }
  return [...together.values()]
}

interface Turn {
  /** Of the earlier level. */
  readonly lastUs: number
  /** Of the later level. */
  readonly firstUs: number
  readonly example: SeenEvent | undefined
  readonly laterExample: SeenEvent | undefined
}

/** From which level to which, if it was one and then the other. */
const turnOf = ({ times, examples }: Timed): readonly Turn[] => {
  const [earlier, later, ...more] = [...times].sort(([, a], [, b]) => a.firstUs - b.firstUs)
  if (earlier === undefined || later === undefined || more.length > 0) return []
  const [[level, { lastUs }], [laterLevel, { firstUs }]] = [earlier, later]
  if (lastUs >= firstUs) return []
  const [example, laterExample] = [examples.get(level), examples.get(laterLevel)]
  return [{ lastUs, firstUs, example, laterExample }]
}
