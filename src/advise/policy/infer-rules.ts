import { type PolicyRule, policyRule } from '../../kubernetes/audit-policy/policy.ts'
import type { Level } from '../../model/event.ts'
import { type Condition, isMet, levelsOf } from './infer-actors.ts'
import { type Act, actsOf, CLASS_VERBS, mostOf, type Seen, type VerbClass } from './infer-acts.ts'
import type { SeenRequest } from './infer-requests.ts'

/**
 * The levels that requests were logged at, as rules: first what depends on who asks, then single
 * verbs of an object, objects, API groups, and last what is left. Each rule is there because what
 * it is about is logged at another level than what the rules below say of it.
 */
export const inferRules = (requests: readonly SeenRequest[]): readonly PolicyRule[] => {
  const acts = actsOf(requests).map((act): LevelledAct => ({ ...act, ...levelsOf(act) }))
  const classes = classLevels(acts)
  const nameable = acts.filter(({ target }) => target.isNameable)
  const families = partsOf(nameable, ({ target }) => target.family, classOver(classes))
  const targets = partsOf(nameable, ({ target }) => target.key, families.levelOf)
  const single = nameable.filter((act) => act.level !== targets.levelOf(act))
  return [
    ...actorRules(acts),
    ...verbRules(single),
    ...targetRules(targets.odd, nameable),
    ...familyRules(families.odd, nameable),
    ...classRules(classes, acts),
  ]
}

interface LevelledAct extends Act {
  readonly level: Level
  readonly exceptions: readonly { readonly condition: Condition; readonly level: Level }[]
}

/** A part of the acts: those of a target or family, within a class of verbs. */
interface Part {
  readonly verbClass: VerbClass
  readonly level: Level
  readonly acts: readonly LevelledAct[]
}

/** Parts with the level of most of their acts. */
interface Parts {
  /** Those whose level is another than the one they would have from the part they belong to. */
  readonly odd: readonly Part[]
  levelOf(act: LevelledAct): Level
}

const weigh = (acts: readonly LevelledAct[]): ReadonlyMap<Level, number> => {
  const weights = new Map<Level, number>()
  for (const { level } of acts) weights.set(level, (weights.get(level) ?? 0) + 1)
  return weights
}

const groupBy = <Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string,
): ReadonlyMap<string, readonly Value[]> => {
  const groups = new Map<string, Value[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

const classLevels = (acts: readonly LevelledAct[]): ReadonlyMap<VerbClass, Level> =>
  new Map(
    [...groupBy(acts, ({ verbClass }) => verbClass)].map(([, some]) => [
      some[0]?.verbClass ?? 'other',
      mostOf(weigh(some)),
    ]),
  )

const classOver =
  (classes: ReadonlyMap<VerbClass, Level>) =>
  ({ verbClass }: LevelledAct): Level =>
    classes.get(verbClass) ?? 'Metadata'

const partsOf = (
  acts: readonly LevelledAct[],
  nameOf: (act: LevelledAct) => string,
  above: (act: LevelledAct) => Level,
): Parts => {
  const keyOf = (act: LevelledAct): string => `${act.verbClass} ${nameOf(act)}`
  const levels = new Map<string, Level>()
  const odd: Part[] = []
  for (const [key, some] of groupBy(acts, keyOf)) {
    const [first] = some
    if (first === undefined) continue
    const level = mostOf(weigh(some), above(first))
    levels.set(key, level)
    if (level !== above(first)) odd.push({ verbClass: first.verbClass, level, acts: some })
  }
  return { odd, levelOf: (act) => levels.get(keyOf(act)) ?? above(act) }
}

/** Exceptions by who asks; said of everything, or of a class of verbs, where that is as true. */
const actorRules = (acts: readonly LevelledAct[]): readonly PolicyRule[] => {
  const exceptions = acts.flatMap((act) =>
    act.exceptions.map(({ condition, level }) => ({ act, condition, level })),
  )
  const keyOf = ({ condition, level }: (typeof exceptions)[number]): string =>
    JSON.stringify([level, condition])
  return [...groupBy(exceptions, keyOf)].flatMap(([, same]) => {
    const [first] = same
    if (first === undefined) return []
    const { condition, level } = first
    const { names, ...who } = condition
    const all = same.map(({ act }) => act)
    if (names.length > 0) return listRules(all, level, who, names)
    const isAlways = (some: readonly Act[]): boolean => allAt(some, condition, level)
    if (isAlways(acts)) return [policyRule(level, who)]
    const classes = [...new Set(same.map(({ act }) => act.verbClass))]
    return classes.flatMap((verbClass) => {
      const within = acts.filter((act) => act.verbClass === verbClass)
      const named = same.map(({ act }) => act).filter((act) => act.verbClass === verbClass)
      const whole = wholeClass(verbClass, within)
      if (whole !== undefined && isAlways(within)) {
        return [policyRule(level, { ...who, ...whole })]
      }
      return listRules(named, level, who)
    })
  })
}

/** Whether all requests that meet the condition were logged at this level. */
const allAt = (acts: readonly Act[], condition: Condition, level: Level): boolean =>
  acts.every(({ seen }) => seen.every((one: Seen) => one.level === level || !isMet(condition, one)))

type RuleParts = Partial<Omit<PolicyRule, 'level'>>

const EVERY_OBJECT = [{ group: '*', resources: [], resourceNames: [] }]

/** A class of verbs as a rule names it. */
const wholeClass = (verbClass: VerbClass, acts: readonly Act[]): RuleParts | undefined => {
  if (verbClass === 'path') return { nonResourceURLs: ['*'] }
  const verbs = CLASS_VERBS[verbClass] ?? [...new Set(acts.map(({ verb }) => verb))].sort()
  return { verbs, resources: EVERY_OBJECT }
}

const verbRules = (acts: readonly LevelledAct[]): readonly PolicyRule[] =>
  [...groupBy(acts, ({ level }) => level)].flatMap(([, some]) =>
    listRules(some, some[0]?.level ?? 'Metadata', {}),
  )

/** Rules that name these acts and no others: objects of which the same verbs are meant together. */
const listRules = (
  acts: readonly Act[],
  level: Level,
  more: RuleParts,
  names: readonly string[] = [],
): readonly PolicyRule[] => {
  const named = acts.filter(({ target }) => target.isNameable)
  const byTarget = [...groupBy(named, ({ target }) => target.key).values()].map((some) => ({
    target: some[0]?.target,
    verbs: [...new Set(some.map(({ verb }) => verb))].sort(),
  }))
  const keyOf = ({ target, verbs }: (typeof byTarget)[number]): string =>
    JSON.stringify([target?.isPath, verbs])
  return [...groupBy(byTarget, keyOf).values()].map((some) => {
    const targets = some.flatMap(({ target }) => (target === undefined ? [] : [target]))
    const verbs = some[0]?.verbs ?? []
    return policyRule(level, { ...more, verbs, ...targetParts(targets, names) })
  })
}

const targetParts = (
  targets: readonly Act['target'][],
  resourceNames: readonly string[] = [],
): RuleParts => {
  const patterns = (some: typeof targets): readonly string[] =>
    [...new Set(some.map(({ pattern }) => pattern))].sort()
  if (targets[0]?.isPath) return { nonResourceURLs: patterns(targets) }
  const groups = groupBy(targets, ({ family }) => family)
  return {
    resources: [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([group, some]) => ({ group, resources: patterns(some), resourceNames })),
  }
}

const targetRules = (odd: readonly Part[], acts: readonly LevelledAct[]): readonly PolicyRule[] =>
  partRules(odd, groupBy(acts, targetName), targetName, (targets) => targetParts(targets))

const targetName = ({ target }: LevelledAct): string => `${target.isPath} ${target.key}`

const familyRules = (odd: readonly Part[], acts: readonly LevelledAct[]): readonly PolicyRule[] =>
  partRules(odd, groupBy(acts, familyName), familyName, (targets) => {
    const families = [...new Set(targets.map(({ family }) => family))].sort()
    if (targets[0]?.isPath) {
      return { nonResourceURLs: families.flatMap((one) => [one, `${one}/*`]) }
    }
    return { resources: families.map((group) => ({ group, resources: [], resourceNames: [] })) }
  })

const familyName = ({ target }: LevelledAct): string => `${target.isPath} ${target.family}`

/** Odd parts at the same level with the same verbs in one rule each. */
const partRules = (
  odd: readonly Part[],
  siblings: ReadonlyMap<string, readonly LevelledAct[]>,
  nameOf: (act: LevelledAct) => string,
  toParts: (targets: readonly Act['target'][]) => RuleParts,
): readonly PolicyRule[] => {
  const byName = groupBy(odd, ({ level, acts }) => `${level} ${acts.slice(0, 1).map(nameOf)}`)
  const named = [...byName.values()].map((parts) => {
    const acts = parts.flatMap((part) => part.acts)
    const level = parts[0]?.level ?? 'Metadata'
    const all = siblings.get(acts.slice(0, 1).map(nameOf).join('')) ?? acts
    const isWhole = all.every((act) => act.level === level)
    return { level, targets: acts.map(({ target }) => target), verbs: verbsOf(parts, isWhole) }
  })
  const keyOf = ({ level, targets, verbs }: (typeof named)[number]): string =>
    JSON.stringify([level, targets[0]?.isPath, verbs])
  return [...groupBy(named, keyOf).values()].map((some) => {
    const [first] = some
    const targets = some.flatMap((one) => one.targets)
    return policyRule(first?.level ?? 'Metadata', {
      verbs: first?.verbs ?? [],
      ...toParts(targets),
    })
  })
}

/**
 * Any verb of a path, and of objects that are read and written at one level; else those of the
 * classes that were seen.
 */
const verbsOf = (parts: readonly Part[], isWhole: boolean): readonly string[] => {
  const classes = new Set(parts.map(({ verbClass }) => verbClass))
  if (classes.has('path')) return []
  if (isWhole && classes.has('read') && classes.has('write')) return []
  const verbs = parts.flatMap(
    ({ verbClass, acts }) => CLASS_VERBS[verbClass] ?? acts.map(({ verb }) => verb),
  )
  return [...new Set(verbs)]
}

/** What is left: one rule where all is at the same level, else one for each level and class. */
const classRules = (
  classes: ReadonlyMap<VerbClass, Level>,
  acts: readonly LevelledAct[],
): readonly PolicyRule[] => {
  const levels = [...new Set(classes.values())]
  const [only] = levels
  if (only === undefined) return []
  const hasBoth = classes.has('read') && classes.has('write')
  if (levels.length === 1 && hasBoth) return [policyRule(only)]
  const objects = [...classes].filter(([verbClass]) => verbClass !== 'path')
  const byLevel = groupBy(objects, ([, level]) => level)
  const path = classes.get('path')
  return [
    ...[...byLevel].map(([, some]) => {
      const verbs = some.flatMap(
        ([verbClass]) =>
          CLASS_VERBS[verbClass] ??
          acts.filter((act) => act.verbClass === verbClass).map(({ verb }) => verb),
      )
      return policyRule(some[0]?.[1] ?? 'Metadata', {
        verbs: [...new Set(verbs)],
        resources: EVERY_OBJECT,
      })
    }),
    ...(path === undefined ? [] : [policyRule(path, { nonResourceURLs: ['*'] })]),
  ]
}
