import type { CorrelatedActs, RuleRef } from '../../model/finding.ts'
import { attackVersion, catalogues, tacticOf, techniqueOf, threatOf } from '../catalogues.ts'
import { count, counted, dateTime, duration } from './words.ts'

/** What ATT&CK calls the technique; of a retired one what took its place; empty: unknown. */
export const techniqueName = (id: string): string => {
  const known = techniqueOf(id)
  if (known !== undefined) return known.name
  const retired = catalogues().attack.retired.techniques.find((one) => one.id === id)
  if (retired === undefined) return ''
  return `${retired.name} (now ${retired.successor} ${techniqueOf(retired.successor)?.name ?? ''})`
}

/** `T1609 Container Administration Command`, each. */
export const techniqueWords = (ids: readonly string[]): readonly string[] =>
  ids.map((id) => `${id} ${techniqueName(id)}`.trim())

/** `Execution`, each; a tactic that ATT&CK does not know by its short name. */
export const tacticWords = (shortnames: readonly string[]): readonly string[] =>
  shortnames.map((name) => tacticOf(name)?.name ?? name)

/** `MS-TA9006 Exec into container`, each. */
export const threatWords = (ids: readonly string[]): readonly string[] =>
  ids.map((id) => `${id} ${threatOf(id) ?? ''}`.trim())

/** `Execution: T1609 Container Administration Command (ATT&CK 19.1)`; empty without any. */
export const attackWords = ({ tactics, techniques }: RuleRef): string => {
  const parts = [tacticWords(tactics).join(', '), techniqueWords(techniques).join(', ')]
  const said = parts.filter((part) => part !== '').join(': ')
  return said === '' ? '' : `${said} (${attackVersion()})`
}

/** `60 within 4 min 58 s, 21:50:01 → 21:54:59, all with actor.name "eve"`. */
export const correlationWords = (acts: CorrelatedActs, clock: (time: string) => string): string => {
  const { from, to, group } = acts
  const what = COUNTED[acts.type] ?? 'act'
  const within = from === to ? 'at one moment' : `within ${spanWords(acts)}`
  const when = clock(from) === clock(to) ? clock(from) : `${clock(from)} → ${clock(to)}`
  const common = group.map(({ name, value }) => `${name} "${value}"`).join(', ')
  const shared = common === '' ? '' : `, all with ${common}`
  return `${counted(acts.matches, what)} ${within}, ${when}${shared}`
}

/** `first 100 of 4,012 events`, or how many there are. */
export const eventsWords = (shown: number, all: number): string =>
  shown < all ? `the first ${count(shown)} of ${counted(all, 'event')}` : counted(all, 'event')

/** The window with the day, for a reader who sees nothing else. */
export const windowWords = (acts: CorrelatedActs): string => {
  const [from, to] = [dateTime(acts.from), dateTime(acts.to)]
  return `${from === to ? from : `${from} → ${to}`} UTC (${spanWords(acts)})`
}

const spanWords = ({ from, to }: CorrelatedActs): string => {
  const span = duration(from, to)
  return span === '0 s' ? 'less than a second' : span
}

/** What `matches` counts. */
const COUNTED: Readonly<Record<string, string>> = { value_count: 'different value' }
