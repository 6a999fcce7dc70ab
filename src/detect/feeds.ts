import { hash } from 'node:crypto'
import { LIMIT } from '../base/limit.ts'
import { CANNOT_TELL, type FieldValue, UNKNOWN } from '../base/truth.ts'
import type { Facts } from '../model/facts.ts'
import { TIME_MAX_US } from '../sigma/correlate/group-state.ts'
import type { ChainedPlace, Hit } from '../sigma/correlate/hit.ts'
import type { CorrelationPlan, CorrelationSlot } from '../sigma/plan/correlation.ts'
import { DIGEST_DIGITS, type Signal } from './act.ts'
import type { CompiledCorrelation, CompiledRule } from './compile.ts'
import type { CountedAct, CountedValue } from './counted-act.ts'
import { type Mask, shown, subjectOf } from './describe.ts'
import { factsAccess } from './schema.ts'
import { microsecondsOf } from './time.ts'

/** Where the matches of each rule count, by the rule's number: nowhere, for most of them. */
export class CorrelationFeeds {
  readonly #byRule: ReadonlyMap<number, readonly Feed[]>
  /** For each of those rules the fields that its correlations read. */
  readonly #fields: ReadonlyMap<number, readonly string[]>

  constructor(rules: readonly CompiledRule[], correlations: readonly CompiledCorrelation[]) {
    const plans = correlations.map(({ plan }) => plan)
    const byRule = rules.map(({ ref }, rule) => [rule, feedsFrom(ref.id, plans, false)] as const)
    this.#byRule = new Map(byRule.filter(([, feeds]) => feeds.length > 0))
    this.#fields = new Map(
      [...this.#byRule].map(([rule, feeds]) => [rule, [...new Set(feeds.flatMap(fieldsOf))]]),
    )
  }

  /** Whether the rule's answers count anywhere. */
  has(rule: number): boolean {
    return this.#byRule.has(rule)
  }

  /**
   * What an act is for the correlations that name rules which did not say "no". Without a time, or
   * with one that windows do not know, it has no place in any of them.
   */
  count(
    signals: readonly Signal[],
    facts: Facts,
    origin: string,
    mask: Mask,
  ): CountedAct | undefined {
    const counting = signals.filter(({ rule }) => this.#byRule.has(rule))
    if (counting.length === 0) return undefined
    const values: Record<string, CountedValue> = {}
    for (const { rule } of counting) {
      for (const field of this.#fields.get(rule) ?? []) {
        values[field] ??= toCounted(factsAccess.value(field)(facts), field, mask)
      }
    }
    const { cluster } = facts.event.origin.source
    const rules = counting.map(({ rule, truth, reasons }) => ({ rule, truth, reasons }))
    return { ...timeOf(facts), origin, cluster, rules, values, subject: subjectOf(facts, mask) }
  }

  /** The correlations, by number, that the act may bear on; those chained to others included. */
  correlationsOf(act: CountedAct): ReadonlySet<number> {
    const feeds = act.rules.flatMap(({ rule }) => this.#byRule.get(rule) ?? [])
    return new Set(feeds.flatMap(correlationsAbove))
  }

  /** The hits of an act: one for each place where one of its rules counts. */
  hitsOf(act: CountedAct): readonly Hit[] {
    const { timeUs, origin } = act
    if (timeUs === undefined) return NONE
    return act.rules.flatMap(({ rule, truth }) =>
      (this.#byRule.get(rule) ?? []).map((feed): Hit => {
        const place = placeOf(feed, act)
        const certain = place.known && truth !== UNKNOWN
        return { ...place, truth: certain ? 1 : UNKNOWN, timeUs, origin }
      }),
    )
  }
}

const NONE: readonly Hit[] = []

const correlationsAbove = ({ correlation, up }: Feed): readonly number[] => [
  correlation,
  ...up.flatMap(correlationsAbove),
]

const timeOf = ({ event }: Facts): Pick<CountedAct, 'timeUs' | 'untimed'> => {
  const timeUs = microsecondsOf(event.requestReceivedTimestamp)
  if (timeUs !== undefined && timeUs >= 1 && timeUs <= TIME_MAX_US) return { timeUs }
  return { timeUs: undefined, untimed: event.provider === 'native' ? 'missing' : 'provider' }
}

/** One place where matches count, how its group is read, and what is chained to it. */
interface Feed {
  readonly correlation: number
  readonly slot: number
  readonly id: string
  readonly group: readonly string[]
  readonly values: readonly string[]
  readonly up: readonly Feed[]
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
  group: slot.groupBy,
  values: slot.fields,
  up: feedsFrom(plan.id, plans, true),
})

const fieldsOf = ({ group, values, up }: Feed): readonly string[] => [
  ...group,
  ...values,
  ...up.flatMap(fieldsOf),
]

/** Beyond this many characters a digest stands for a text: it only has to be equal. */
const TEXT_CHARACTERS_MAX = 96

const toCounted = (value: FieldValue, field: string, mask: Mask): CountedValue => {
  if (value === CANNOT_TELL) return null
  const members = (Array.isArray(value) ? value : [value]).filter((one) => one !== null)
  if (members.length > LIMIT.correlationActValuesMax) return null
  const texts = members.filter((one) => one !== undefined)
  const is = texts.map((one) => (typeof one === 'number' ? one : shortened(String(one))))
  const as = texts.length === 1 ? shown(mask, field, String(texts[0])) : undefined
  return as === undefined || as === String(is[0]) ? { is } : { is, as }
}

const shortened = (text: string): string =>
  text.length <= TEXT_CHARACTERS_MAX ? text : `sha256:${hash('sha256', text)}`

/** A path into a body may hold several values: which of them makes the group cannot be told. */
const partOf = (value: CountedValue): CountedValue =>
  value !== null && value.is.length > 1 ? null : value

/** `known` is false when the group cannot be told: its hits are a group of their own. */
const placeOf = (
  feed: Feed,
  { cluster, values }: CountedAct,
): ChainedPlace & { readonly known: boolean } => {
  const parts = feed.group.map((field) => partOf(values[field] ?? null))
  const known = !parts.includes(null)
  const is = parts.map((part) => (part === null ? null : (part.is[0] ?? null)))
  const digest = hash('sha256', JSON.stringify([cluster, feed.id, known, is]))
  const place: ChainedPlace = {
    correlation: feed.correlation,
    slot: feed.slot,
    key: digest.slice(0, DIGEST_DIGITS),
    group: parts.map((part) => part?.as ?? part?.is[0]?.toString() ?? null),
    values: valuesOf(feed.values.map((field) => values[field] ?? null)),
    up: feed.up.map((above) => placeOf(above, { cluster, values } as CountedAct)),
  }
  return { ...place, known }
}

/** Of several fields one composite value; nothing if one of them has none. */
const valuesOf = (values: readonly CountedValue[]): readonly (string | number)[] | undefined => {
  const [first, ...others] = values
  if (first === undefined) return []
  if (values.includes(null)) return undefined
  if (others.length === 0) return first?.is ?? []
  const parts = values.map((value) => value?.is ?? [])
  return parts.some((part) => part.length === 0) ? [] : [JSON.stringify(parts)]
}
