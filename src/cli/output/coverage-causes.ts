import type { RuleCoverage } from '../../advise/policy/coverage.ts'
import type { Loss, LostRequests } from '../../advise/policy/losses.ts'

/** A rule of a policy that hides something, and the detections that it hides it from. */
export interface Cause {
  /** What it hides of all of them together. */
  readonly loss: Loss
  readonly hidden: readonly HiddenFrom[]
}

/** A detection, and what is hidden from it. */
export interface HiddenFrom {
  readonly rule: RuleCoverage
  readonly loss: Loss
}

/** The causes of what detections lose, those that concern the most first. */
export const causesOf = (rules: readonly RuleCoverage[]): readonly Cause[] => {
  const byCause = new Map<string, HiddenFrom[]>()
  for (const rule of rules) {
    for (const loss of rule.losses) {
      const key = keyOf(loss)
      byCause.set(key, [...(byCause.get(key) ?? []), { rule, loss }])
    }
  }
  return [...byCause.values()]
    .flatMap((hidden): readonly Cause[] => {
      const [first] = hidden
      return first === undefined ? [] : [{ loss: joined(first.loss, hidden), hidden }]
    })
    .sort((a, b) => b.hidden.length - a.hidden.length || a.loss.policyRule - b.loss.policyRule)
}

/** What is hidden is told alike: dropped, without these stages, or at this level. */
const keyOf = ({ policyRule, level, effect, omitStages, fields }: Loss): string =>
  JSON.stringify([
    policyRule,
    level,
    ...(level === 'None' ? [] : fields.length === 0 ? omitStages : [effect]),
  ])

const joined = (first: Loss, hidden: readonly HiddenFrom[]): Loss => ({
  ...first,
  fields: [...new Set(hidden.flatMap(({ loss }) => loss.fields))].sort(),
  requests: joinRequests(hidden.flatMap(({ loss }) => loss.requests)),
})

/** Where all but the verbs is alike, these are joined; then objects, where all but these is. */
const joinRequests = (requests: readonly LostRequests[]): readonly LostRequests[] => {
  const byObjects = joinBy(requests, ({ of, users, places }) => [of, users, places], 'verbs')
  const rows = joinBy(byObjects, ({ verbs, users, places }) => [verbs, users, places], 'of')
  const reach = ({ users, places }: LostRequests): number => (users ? 2 : 0) + (places ? 1 : 0)
  return rows.toSorted((a, b) => reach(a) - reach(b) || b.of.length - a.of.length)
}

const joinBy = (
  requests: readonly LostRequests[],
  keyOfRow: (row: LostRequests) => unknown,
  part: 'verbs' | 'of',
): readonly LostRequests[] => {
  const byKey = new Map<string, { row: LostRequests; names: Set<string> }>()
  for (const row of requests) {
    const key = JSON.stringify(keyOfRow(row))
    const known = byKey.get(key) ?? { row, names: new Set() }
    for (const name of row[part]) known.names.add(name)
    byKey.set(key, known)
  }
  return [...byKey.values()].map(({ row, names }) => ({ ...row, [part]: [...names] }))
}
