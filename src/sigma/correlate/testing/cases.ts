import { readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import { NO, type Truth, UNKNOWN, YES } from '../../../base/truth.ts'
import { parseRules } from '../../parse/rule.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import { planCorrelations } from '../../plan/plan-correlation.ts'
import { SCHEMA } from './clickhouse.ts'
import { GROUP_FIELDS, RULES, type ScenarioEvent, START_US } from './scenario.ts'

/** A case of windows: what correlations say of events. Times are in seconds. */
export interface WindowCase {
  readonly rule: string
  readonly title: string
  /** The correlation asked stands last, after those that are chained to it. */
  readonly plans: readonly CorrelationPlan[]
  readonly events: readonly ScenarioEvent[]
  readonly verdicts: readonly CaseVerdict[]
  readonly issues: readonly string[]
}

/** A verdict as a case says it. */
export interface CaseVerdict {
  readonly at: number
  readonly says: 'match' | 'cannot tell'
  readonly from: number
  readonly matches: number
  readonly unknowns: number
  /** The `id` of the event that completes it, and the group, where the case is about them. */
  readonly by?: string
  readonly group?: readonly (string | null)[]
}

/** The cases of a YAML file. */
export const loadWindowCases = (file: URL): readonly WindowCase[] => {
  const texts: readonly CaseText[] = parse(readFileSync(file, 'utf8'))
  return texts.map(readCase)
}

interface CaseText {
  readonly rule: string
  readonly title: string
  /** As in a Sigma document. */
  readonly correlation: object
  /** Those that it names, by name. */
  readonly below?: Readonly<Record<string, object>>
  readonly events: readonly EventText[]
  readonly verdicts: readonly (Omit<CaseVerdict, 'unknowns'> & { readonly unknowns?: number })[]
}

/** An event: when it was, which rules it matches or cannot tell, and its fields. */
interface EventText {
  readonly at: number
  /** So many of them, each a microsecond after the one before. */
  readonly times?: number
  readonly is?: string | readonly string[]
  readonly maybe?: string | readonly string[]
  readonly unknown?: readonly string[]
  readonly id?: string
  readonly cluster?: string
  readonly user?: string
  readonly space?: string
  readonly name?: string
  readonly size?: number
  readonly sizes?: readonly number[]
}

const ID_BEFORE = '5b6b9a5e-4b34-4c39-9b1f-00000000000'

const readCase = (text: CaseText): WindowCase => {
  const documents = { ...text.below, asked: text.correlation }
  const source = Object.entries(documents)
    .map(([name, correlation], at) =>
      stringify({ title: name, name, id: `${ID_BEFORE}${at}`, correlation }),
    )
    .join('---\n')
  const { correlations, issues } = parseRules(source, 'case.yaml')
  const planned = planCorrelations(
    correlations,
    RULES.map((id) => ({ id })),
    SCHEMA,
  )
  return {
    rule: text.rule,
    title: text.title,
    plans: planned.plans,
    events: text.events.flatMap(readEvents),
    verdicts: text.verdicts.map((verdict) => ({ unknowns: 0, ...verdict })),
    issues: [...issues, ...planned.issues].map(({ message }) => message),
  }
}

const readEvents = (text: EventText, number: number): readonly ScenarioEvent[] =>
  Array.from({ length: text.times ?? 1 }, (_, time) => readEvent(text, number, time))

const readEvent = (text: EventText, number: number, time: number): ScenarioEvent => {
  const read = <Value>(name: string, value: Value | undefined): Value | null | undefined =>
    text.unknown?.includes(name) === true ? undefined : (value ?? null)
  const groups = GROUP_FIELDS.map((name) => [
    name,
    read(name, name === 'user' ? text.user : text.space),
  ])
  return {
    timeUs: START_US + Math.round(text.at * 1e6) + time,
    origin: text.id ?? `event ${String(number).padStart(3, '0')} ${String(time).padStart(3, '0')}`,
    cluster: text.cluster ?? 'one',
    truths: RULES.map((rule) => truthOf(text, rule)),
    groups: Object.fromEntries(groups),
    name: read('name', text.name === undefined || time === 0 ? text.name : `${text.name}${time}`),
    size: read('size', text.size),
    sizes: read('sizes', text.sizes),
  }
}

const truthOf = ({ is = [], maybe = [] }: EventText, rule: string): Truth => {
  if ([is].flat().includes(rule)) return YES
  return [maybe].flat().includes(rule) ? UNKNOWN : NO
}
