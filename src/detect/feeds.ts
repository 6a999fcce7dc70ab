import { hash } from 'node:crypto'
import { CANNOT_TELL, type FieldValue, UNKNOWN, type YES } from '../base/truth.ts'
import type { Facts } from '../model/facts.ts'
import type { ChainedPlace, Hit } from '../sigma/correlate/hit.ts'
import type { CorrelationPlan, CorrelationSlot } from '../sigma/plan/correlation.ts'
import { DIGEST_DIGITS } from './act.ts'
import type { CompiledCorrelation, CompiledRule } from './compile.ts'
import { type Mask, shown } from './describe.ts'
import { factsAccess } from './schema.ts'
import { microsecondsOf } from './time.ts'

/** Where the matches of each rule count, by the rule's number: nowhere, for most of them. */
export class CorrelationFeeds {
  readonly #byRule: ReadonlyMap<number, readonly Feed[]>

  constructor(rules: readonly CompiledRule[], correlations: readonly CompiledCorrelation[]) {
    const plans = correlations.map(({ plan }) => plan)
    const byRule = rules.map(({ ref }, rule) => [rule, feedsFrom(ref.id, plans, false)] as const)
    this.#byRule = new Map(byRule.filter(([, feeds]) => feeds.length > 0))
  }

  /** Whether the rule's answers count anywhere. */
  has(rule: number): boolean {
    return this.#byRule.has(rule)
  }

  /**
   * What a match or a cannot-tell of the rule is for the correlations that name it. Without a time
   * it has no place in any window, and is none.
   */
  hitsOf(
    rule: number,
    truth: typeof YES | typeof UNKNOWN,
    facts: Facts,
    origin: string,
    mask: Mask,
  ): readonly Hit[] {
    const feeds = this.#byRule.get(rule)
    const timeUs = microsecondsOf(facts.event.requestReceivedTimestamp)
    if (feeds === undefined || timeUs === undefined) return NONE
    return feeds.map((feed) => {
      const { place, known } = placeOf(feed, facts, mask)
      return { ...place, truth: known ? truth : UNKNOWN, timeUs, origin }
    })
  }
}

const NONE: readonly Hit[] = []

/** One place where matches count, how its group is read, and what is chained to it. */
interface Feed {
  readonly correlation: number
  readonly slot: number
  readonly id: string
  readonly group: readonly Reader[]
  readonly values: readonly Reader[]
  readonly up: readonly Feed[]
}

interface Reader {
  readonly field: string
  readonly read: (facts: Facts) => FieldValue
}

const feedsFrom = (
  id: string,
  plans: readonly CorrelationPlan[],
  chained: boolean,
): readonly Feed[] =>
  plans.flatMap((plan, correlation) =>
    plan.slots.flatMap((slot, number) =>
      slot.rule === id && slot.chained === chained
        ? [feedOf(plan, correlation, slot, number, plans)]
        : [],
    ),
  )

const feedOf = (
  plan: CorrelationPlan,
  correlation: number,
  slot: CorrelationSlot,
  number: number,
  plans: readonly CorrelationPlan[],
): Feed => ({
  correlation,
  slot: number,
  id: plan.id,
  group: slot.groupBy.map(readerOf),
  values: slot.fields.map(readerOf),
  up: feedsFrom(plan.id, plans, true),
})

const readerOf = (field: string): Reader => ({ field, read: factsAccess.value(field) })

/** `known` is false when the group cannot be told: its hits are a group of their own. */
const placeOf = (
  feed: Feed,
  facts: Facts,
  mask: Mask,
): { readonly place: ChainedPlace; readonly known: boolean } => {
  const parts = feed.group.map(({ read }) => read(facts))
  const known = !parts.includes(CANNOT_TELL)
  const texts = parts.map((part) => (part === CANNOT_TELL ? null : textOf(part)))
  const { cluster } = facts.event.origin.source
  const digest = hash('sha256', JSON.stringify([cluster, feed.id, known, texts]))
  const group = texts.map((text, at) => text && shown(mask, feed.group[at]?.field ?? '', text))
  const place: ChainedPlace = {
    correlation: feed.correlation,
    slot: feed.slot,
    key: digest.slice(0, DIGEST_DIGITS),
    group,
    values: valuesOf(feed.values, facts),
    up: feed.up.map((above) => {
      const { place: upper, known: upperKnown } = placeOf(above, facts, mask)
      return { ...upper, known: upperKnown }
    }),
  }
  return { place, known }
}

const textOf = (value: Exclude<FieldValue, typeof CANNOT_TELL>): string | null => {
  if (value === undefined || value === null) return null
  return Array.isArray(value) ? JSON.stringify(value) : String(value)
}

/** Of several fields one composite value; nothing if one of them has none. */
const valuesOf = (
  readers: readonly Reader[],
  facts: Facts,
): readonly (string | number)[] | undefined => {
  const [first, ...others] = readers
  if (first === undefined) return []
  const value = first.read(facts)
  if (others.length === 0) return value === CANNOT_TELL ? undefined : membersOf(value)
  const parts = [value, ...others.map(({ read }) => read(facts))]
  if (parts.includes(CANNOT_TELL)) return undefined
  if (parts.some((part) => part === undefined || part === null)) return []
  return [JSON.stringify(parts)]
}

const membersOf = (
  value: Exclude<FieldValue, typeof CANNOT_TELL>,
): readonly (string | number)[] => {
  const members = Array.isArray(value) ? value : [value]
  return members.flatMap((member) => {
    if (member === null || member === undefined) return []
    return [typeof member === 'number' ? member : String(member)]
  })
}
