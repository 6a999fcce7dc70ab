import type { PolicyLevel } from '../../kubernetes/audit-policy/policy.ts'
import type { Level } from '../../model/event.ts'
import type { Plan } from '../../sigma/plan/plan.ts'
import { actorsFor } from './actors.ts'
import { AskedRule } from './asked-rule.ts'
import { LEVELS } from './needs.ts'
import { kindsOf, nameOfType } from './request-kinds.ts'
import { OTHER_TYPE } from './resource-types.ts'
import { type PolicyNames, type Target, targetsFor } from './targets.ts'

/** Requests of one verb for one type; `resource` is `*` for any other type, and `/` for a path. */
export interface RequestKind {
  readonly verb: string
  readonly group: string
  readonly resource: string
}

/** The levels that a rule needs for a kind of request. */
export interface KindLevels {
  readonly kind: RequestKind
  /** The least at which it sees all that it is about. */
  readonly whole: Level
  /** The least at which it can say "yes" at all. */
  readonly least: Level
}

/** The levels that a plan needs, for each kind of request that it can say "yes" to. */
export const levelsByKind = (plan: Plan): readonly KindLevels[] => {
  const { actors } = actorsFor(NO_POLICY, [plan])
  const asked = new AskedRule(plan, actors)
  const byKind = new Map<string, KindLevels>()
  for (const target of targetsFor(plan, NO_NAMES)) {
    const answers = asked.answersFor(target)
    const sightAt = (actor: number, level: PolicyLevel): string =>
      asked.seenOf(target, answers, actor, { ...EVERY_STAGE, level }).sight
    for (const actor of actors.keys()) {
      const whole = LEVELS.find((level) => sightAt(actor, level) === 'all')
      const least = LEVELS.find((level) => !['none', 'never'].includes(sightAt(actor, level)))
      if (least === undefined) continue
      const kind = kindOf(target)
      const key = keyOfKind(kind)
      const known = byKind.get(key) ?? { kind, whole: 'Metadata', least: 'RequestResponse' }
      byKind.set(key, {
        kind,
        whole: higher(known.whole, whole ?? 'RequestResponse'),
        least: lower(known.least, least),
      })
    }
  }
  return withEveryMethod(plan, [...byKind.values()])
}

/** The same text for the same kind. */
export const keyOfKind = ({ verb, group, resource }: RequestKind): string =>
  `${verb} ${group} ${resource}`

/** The kind of a target; all types that nobody knows are one. */
export const kindOf = ({
  request,
  resource,
}: Pick<Target, 'request' | 'resource'>): RequestKind => {
  const { verb } = request
  if (resource === undefined) return { verb, group: '', resource: '/' }
  const group = request.resource?.group ?? ''
  if (group === OTHER_TYPE.group && resource === nameOfType(OTHER_TYPE)) {
    return { verb, group: '*', resource: '*' }
  }
  // Of a type that only the rule knows, nobody knows the group.
  return { verb, group: group === OTHER_TYPE.group ? '*' : group, resource }
}

/** The higher of two levels. */
export const higher = (a: Level, b: Level): Level => (LEVELS.indexOf(a) > LEVELS.indexOf(b) ? a : b)

const lower = (a: Level, b: Level): Level => (higher(a, b) === a ? b : a)

const NO_POLICY = { rules: [], omitStages: [], omitManagedFields: false }

const NO_NAMES: PolicyNames = {
  ...{ types: [], namespaces: [], paths: [], named: [], verbs: new Set<string>(), leftOut: 0 },
}

const EVERY_STAGE = { omitStages: [], omitManagedFields: false, rule: 0 }

/** Two methods stand for all that nobody tells apart. */
const withEveryMethod = (plan: Plan, levels: readonly KindLevels[]): readonly KindLevels[] => {
  const objects = levels.filter(({ kind }) => kind.resource !== '/')
  const paths = levels.filter(({ kind }) => kind.resource === '/')
  const [first] = paths
  if (first === undefined) return objects
  const whole = paths.reduce<Level>((all, one) => higher(all, one.whole), 'Metadata')
  const least = paths.reduce<Level>((all, one) => lower(all, one.least), 'RequestResponse')
  const verbs = kindsOf(plan).find(({ resource }) => resource === null)?.verbs ?? []
  const known = new Set(paths.map(({ kind }) => kind.verb))
  const isUsed = (verb: string): boolean => known.has(verb) || known.has('post')
  return [
    ...objects,
    ...verbs.filter(isUsed).map((verb) => ({ kind: { ...first.kind, verb }, whole, least })),
  ]
}
