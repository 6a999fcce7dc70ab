import { assert } from '../../base/assert.ts'
import { ordinaryForm } from './ordinary-request.ts'
import type { PolicyRequest, PolicyRule } from './policy.ts'
import {
  type Breadth,
  isPossible,
  isPossibleMethod,
  isPossibleObject,
  isPossiblePath,
  OBJECT_VERBS,
} from './possible-request.ts'
import { bestOf, choicesOf, combine, hitsOf, stepsOf } from './region/choices.ts'
import { Effort } from './region/effort.ts'
import { fresh } from './region/fresh.ts'
import { objectValues } from './region/object-values.ts'
import { pathValues } from './region/path-values.ts'
import {
  isForObjects,
  isForPaths,
  mayMeet,
  meetingSteps,
  type ReadyRule,
  readyRule,
  takesObject,
  takesPath,
  takesRequest,
  takesVerb,
} from './region/ready-rule.ts'
import { userChoices } from './region/user-values.ts'
import { pathOfObject } from './request-target.ts'

/** A search for a request that all of some rules match and none of others does. */
export interface Wanted {
  readonly match: readonly PolicyRule[]
  readonly avoid: readonly PolicyRule[]
  /** `existing` unless it says otherwise. */
  readonly breadth?: Breadth
}

/** A request; `unknown`: the search ended before one was found or shown not to exist. */
export type FoundRequest = PolicyRequest | 'unknown' | undefined

/**
 * A request that all rules of `match` match and no rule of `avoid` does; undefined when no request
 * does. See SPEC.md, "Finding requests", for why the few values tried are enough.
 */
export const findRequest = (wanted: Wanted, effort: Effort = new Effort()): FoundRequest => {
  const { breadth = 'existing' } = wanted
  const match = wanted.match.map(readyRule)
  const meeting = match.reduce((sum, one) => sum + meetingSteps(one), 0)
  const meetsAll = (one: PolicyRule): boolean => wanted.match.every((other) => mayMeet(one, other))
  if (!effort.spend(1 + meeting * match.length)) return 'unknown'
  if (!wanted.match.every(meetsAll)) return undefined
  if (!effort.spend(meeting * wanted.avoid.length)) return 'unknown'
  // What never matches what is wanted is avoided anyway.
  const avoid = wanted.avoid.filter(meetsAll).map(readyRule)
  const search: Search = { match, avoid, breadth, effort }
  const found = findObjectRequest(search) ?? findPathRequest(search)
  if (found === undefined || found === 'unknown') return found
  assert(fits(found, search), 'a request that was found is none that was wanted')
  const steps = stepsOf(avoid)
  return ordinaryForm(found, (request) => effort.spend(steps) && fits(request, search))
}

const fits = (request: PolicyRequest, { match, avoid, breadth }: Search): boolean =>
  isPossible(request, breadth) &&
  match.every((rule) => takesRequest(rule, request)) &&
  !avoid.some((rule) => takesRequest(rule, request))

interface Search {
  readonly match: readonly ReadyRule[]
  readonly avoid: readonly ReadyRule[]
  readonly breadth: Breadth
  readonly effort: Effort
}

const findObjectRequest = ({ match, avoid: all, breadth, effort }: Search): FoundRequest => {
  if (!match.every(isForObjects)) return undefined
  const avoid = all.filter(isForObjects)
  const users = userChoices(match, avoid, breadth, effort)
  const values = objectValues(match, avoid, effort)
  const objects = values && hitsOf(values, avoid, takesObject, effort)
  if (users === undefined || objects === undefined) return 'unknown'
  for (const verb of OBJECT_VERBS) {
    if (!match.every((rule) => takesVerb(rule, verb))) continue
    const [counted] = hitsOf([verb], avoid, takesVerb, effort) ?? []
    const asked = objects.filter(({ value }) => isPossibleObject(verb, value, breadth))
    const best = bestOf(asked, effort)
    if (counted === undefined || best === undefined) return 'unknown'
    const found = combine(users, best, counted.hits, effort)
    if (found === 'unknown') return 'unknown'
    if (found === undefined) continue
    const [user, resource] = found
    return { user, verb, resource, path: pathOfObject(verb, resource) }
  }
  return undefined
}

const findPathRequest = ({ match, avoid: all, breadth, effort }: Search): FoundRequest => {
  if (!match.every(isForPaths)) return undefined
  const avoid = all.filter(isForPaths)
  const users = userChoices(match, avoid, breadth, effort)
  const paths = pathValues(match, avoid, effort)?.filter((path) => isPossiblePath(path, breadth))
  const best = paths && choicesOf(paths, avoid, takesPath, effort)
  const verbs = choicesOf(methodsFor(match, avoid, breadth), avoid, takesVerb, effort)
  if (users === undefined || best === undefined || verbs === undefined) return 'unknown'
  for (const { value: verb, hits } of verbs) {
    const found = combine(users, best, hits, effort)
    if (found === 'unknown') return 'unknown'
    if (found === undefined) continue
    const [user, path] = found
    return { user, verb, resource: undefined, path }
  }
  return undefined
}

/** The verbs that all of the rules take; where any will do, one that no rule mentions. */
const methodsFor = (
  match: readonly ReadyRule[],
  avoid: readonly ReadyRule[],
  breadth: Breadth,
): readonly string[] => {
  const [first, ...others] = match.filter(({ rule }) => rule.verbs.length > 0)
  if (first === undefined) {
    return [fresh(METHODS, (verb) => avoid.some(({ verbs }) => verbs.has(verb)))]
  }
  return [...first.verbs].filter(
    (verb) => isPossibleMethod(verb, breadth) && others.every((rule) => takesVerb(rule, verb)),
  )
}

const METHODS = ['get', 'post', 'head', 'put', 'patch', 'delete', 'options', 'propfind']
