import type { PolicyLevel } from '../../kubernetes/audit-policy/policy.ts'
import type { Stage } from '../../model/event.ts'
import type { Actor } from './actors.ts'
import type { RuleSight, SeenByDecision, SeenRequests } from './policy-sight.ts'
import { OTHER_TYPE } from './resource-types.ts'
import type { Target } from './targets.ts'

/** What a rule of a policy hides from a detection. */
export interface Loss {
  /** The policy's rule, from 0; -1: no rule matches. */
  readonly policyRule: number
  readonly level: PolicyLevel
  readonly omitStages: readonly Stage[]
  /** Whether the detection sees nothing of these requests, or less than it could. */
  readonly effect: 'nothing' | 'less'
  /** What cannot be told, or not always; empty where nothing is logged. */
  readonly fields: readonly string[]
  readonly requests: readonly LostRequests[]
}

/** Requests of which something is hidden. */
export interface LostRequests {
  readonly verbs: readonly string[]
  /** `pods/exec`, `deployments.apps`, a path; `*`: resources that nobody knows. */
  readonly of: readonly string[]
  /** Only of these users, or kinds of users; null: whoever asks. */
  readonly users: readonly string[] | null
  /** Only there, such as `kube-system/NAME`; null: wherever. */
  readonly places: readonly string[] | null
}

/** What a policy hides of the requests that a rule is about; first what it hides of everybody. */
export const lossesOf = ({ requests }: RuleSight, actors: readonly Actor[]): readonly Loss[] => {
  const byCause = new Map<string, Cause>()
  for (const one of requests) {
    for (const [key, hidden] of hiddenIn(one)) {
      const cause = byCause.get(key) ?? { seen: hidden.seen, fields: new Set(), rows: [] }
      byCause.set(key, cause)
      for (const field of hidden.fields) cause.fields.add(field)
      const isAny = hidden.actors.length === hidden.about
      const users = isAny ? null : hidden.actors.map((actor) => actors[actor]?.who ?? '')
      cause.rows.push(...one.targets.map((target) => ({ target, users })))
    }
  }
  return [...byCause.values()]
    .map(toLoss)
    .sort((a, b) => rankOf(a) - rankOf(b) || a.policyRule - b.policyRule)
}

const rankOf = ({ effect, requests }: Loss): number =>
  (effect === 'less' ? 2 : 0) + (requests.some(({ users }) => users === null) ? 0 : 1)

interface Cause {
  readonly seen: SeenByDecision
  readonly fields: Set<string>
  readonly rows: Row[]
}

interface Row {
  readonly target: Target
  readonly users: readonly string[] | null
}

interface Hidden {
  readonly seen: SeenByDecision
  readonly fields: Set<string>
  /** Those from whom something is hidden, of as many as the rule is about. */
  readonly actors: number[]
  readonly about: number
}

/** What is hidden of requests that are alike, by who decides it. */
const hiddenIn = ({ byActor }: SeenRequests): ReadonlyMap<string, Hidden> => {
  const about = byActor.filter(({ sight }) => sight !== 'never').length
  const hidden = new Map<string, Hidden>()
  for (const [actor, seen] of byActor.entries()) {
    if (seen.sight === 'never' || seen.sight === 'all') continue
    const key = `${seen.decision.rule} ${seen.sight}`
    const known = hidden.get(key) ?? { seen, fields: new Set(), actors: [], about }
    hidden.set(key, known)
    known.actors.push(actor)
    for (const field of seen.missing) known.fields.add(field)
  }
  return hidden
}

const toLoss = ({ seen, fields, rows }: Cause): Loss => ({
  policyRule: seen.decision.rule,
  level: seen.decision.level,
  omitStages: seen.decision.omitStages,
  effect: seen.sight === 'none' ? 'nothing' : 'less',
  fields: [...fields].sort(),
  requests: merged(rows),
})

/** Rows that differ in their place, their verb or what they are about alone become one. */
const merged = (rows: readonly Row[]): readonly LostRequests[] => {
  const single = groups(rows, ({ target, users }) => [users, target.request.verb, nameOf(target)])
  const placed = single.map((alike) => {
    const { target, users } = alike[0]
    return { users, verb: target.request.verb, of: nameOf(target), places: placesOf(alike) }
  })
  const verbs = groups(placed, ({ users, places, of }) => [users, places, of]).map((alike) => ({
    ...{ users: alike[0].users, places: alike[0].places, of: alike[0].of },
    verbs: alike.map(({ verb }) => verb),
  }))
  return groups(verbs, (one) => [one.users, one.places, one.verbs]).map(
    (alike): LostRequests => ({
      ...{ verbs: alike[0].verbs, of: alike.map(({ of }) => of).sort() },
      ...{ users: alike[0].users, places: alike[0].places },
    }),
  )
}

type NonEmpty<T> = readonly [T, ...T[]]

const groups = <T>(items: readonly T[], keyOf: (item: T) => unknown): readonly NonEmpty<T>[] =>
  [...Map.groupBy(items, (item) => JSON.stringify(keyOf(item))).values()].flatMap(
    ([first, ...others]) => (first === undefined ? [] : [[first, ...others] as const]),
  )

/** Where a place that nobody names is among them, the others are no exception. */
const placesOf = (rows: readonly Row[]): readonly string[] | null => {
  const places = rows.map(({ target }) => target.place)
  if (places.includes(undefined)) return null
  return [...new Set(places.filter((place) => place !== undefined))].sort()
}

/** As usual: `pods/exec`, `deployments.apps`. */
const nameOf = ({ request, resource }: Target): string => {
  if (resource === undefined) return request.path
  const group = request.resource?.group ?? ''
  if (group === OTHER_TYPE.group) return resource === OTHER_TYPE.resource ? '*' : resource
  return group === '' ? resource : `${resource}.${group}`
}
