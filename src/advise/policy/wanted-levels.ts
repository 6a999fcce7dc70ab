import type { RuleSet } from '../../detect/compile.ts'
import { policyRequestOf } from '../../kubernetes/audit-policy/event-request.ts'
import { type AuditPolicy, policyRule } from '../../kubernetes/audit-policy/policy.ts'
import { compilePolicy } from '../../kubernetes/audit-policy/policy-evaluator.ts'
import type { AuditEvent, Level } from '../../model/event.ts'
import type { Testable } from '../rule-cases.ts'
import { LEVELS } from './needs.ts'
import type { ProvableCase } from './proven-cases.ts'
import {
  higher,
  type KindLevels,
  keyOfKind,
  levelsByKind,
  type RequestKind,
} from './request-levels.ts'
import { plansOf } from './rule-plans.ts'

/** The level that a kind of request is to be logged at. */
export interface WantedLevel {
  readonly kind: RequestKind
  readonly level: Level
}

/** A rule that sees less of a kind of request, because that would show what is secret. */
export interface Withheld {
  readonly rule: Testable
  readonly kind: RequestKind
  /** The level that it would need to see all. */
  readonly wanted: Level
}

/** What is secret and comes into the log, as rules can say nothing without it. */
export interface Exposed {
  readonly rule: Testable
  readonly kind: RequestKind
}

/**
 * The levels at which rules see all that they are about, and then their cases match. What is secret
 * stays out of the log, unless a rule can say nothing without it.
 */
export class WantedLevels {
  readonly #levels = new Map<string, WantedLevel>()
  readonly #withheld = new Map<string, Withheld>()
  readonly #exposed = new Map<string, Exposed>()
  readonly #leasts = new Map<Testable, Level>()

  constructor(rules: readonly Testable[], set: RuleSet) {
    for (const rule of rules) {
      const kinds = plansOf(rule, set).flatMap(levelsByKind)
      const ofRule = leastOf(kinds)
      this.#leasts.set(rule, ofRule)
      for (const { kind, whole, least } of kinds) {
        this.#raise(rule, kind, whole, isLower(ofRule, least) ? 'Metadata' : least)
      }
    }
  }

  /** What is wanted of each kind of request. */
  get levels(): readonly WantedLevel[] {
    return [...this.#levels.values(), ...this.#guards()]
  }

  /** What rules do without. */
  get withheld(): readonly Withheld[] {
    return [...this.#withheld.values()]
  }

  /** What is secret and wanted all the same. */
  get exposed(): readonly Exposed[] {
    return [...this.#exposed.values()]
  }

  /** Wants as much as a case needs that its rule's plan did not ask for. */
  addCase(one: ProvableCase): void {
    const level = leastLevelOf(one)
    if (level === undefined) return
    const least = this.#leasts.get(one.rule) ?? 'Metadata'
    for (const event of one.events) this.#raise(one.rule, kindOfEvent(event), level, least)
  }

  #raise(rule: Testable, kind: RequestKind, wanted: Level, least: Level): void {
    const allowed = allowedLevel(kind, wanted, least)
    const key = keyOfKind(kind)
    if (allowed !== wanted) this.#withheld.set(`${rule.ref.id} ${key}`, { rule, kind, wanted })
    const revealed = revealedAt(kind)
    if (revealed !== undefined && !isLower(allowed, revealed)) {
      this.#exposed.set(`${rule.ref.id} ${key}`, { rule, kind })
    }
    const known = this.#levels.get(key)?.level ?? 'Metadata'
    this.#levels.set(key, { kind, level: higher(known, allowed) })
  }

  /** Where much is wanted of any type, what is secret stays out of it. */
  #guards(): readonly WantedLevel[] {
    return GUARDED.flatMap((kind) => {
      const ofAll = this.#levels.get(keyOfKind({ ...kind, group: '*', resource: '*' }))?.level
      if (ofAll === undefined || this.#levels.has(keyOfKind(kind))) return []
      const level = allowedLevel(kind, ofAll, 'Metadata')
      return level === ofAll ? [] : [{ kind, level }]
    })
  }
}

/** The kind of a recorded request. */
export const kindOfEvent = (event: AuditEvent): RequestKind => {
  const { resource: about, verb } = policyRequestOf(event).request
  if (about === undefined) return { verb, group: '', resource: '/' }
  const { group, resource, subresource } = about
  return { verb, group, resource: subresource === '' ? resource : `${resource}/${subresource}` }
}

/** Requests whose bodies hold what opens something, and the level from which it is in the log. */
export const revealedAt = ({ verb, group, resource }: RequestKind): Level | undefined => {
  const isWrite = verb === 'create' || verb === 'update' || verb === 'patch'
  if (group === '' && resource === 'secrets') return isWrite ? 'Request' : 'RequestResponse'
  if (group === '' && resource === 'serviceaccounts/token') return 'RequestResponse'
  if (group === 'authentication.k8s.io' && resource === 'tokenreviews') return 'Request'
  return undefined
}

const GUARDED: readonly RequestKind[] = [
  ...['create', 'update', 'patch'].map((verb) => ({ verb, group: '', resource: 'secrets' })),
  ...['get', 'list', 'watch', 'delete', 'deletecollection'].map((verb) => ({
    ...{ verb, group: '', resource: 'secrets' },
  })),
  { verb: 'create', group: '', resource: 'serviceaccounts/token' },
  { verb: 'create', group: 'authentication.k8s.io', resource: 'tokenreviews' },
]

const leastOf = (kinds: readonly KindLevels[]): Level =>
  LEVELS.find((level) => kinds.some(({ least }) => least === level)) ?? 'Metadata'

const isLower = (a: Level, b: Level): boolean => LEVELS.indexOf(a) < LEVELS.indexOf(b)

const allowedLevel = (kind: RequestKind, wanted: Level, least: Level): Level => {
  const revealed = revealedAt(kind)
  if (revealed === undefined || isLower(wanted, revealed)) return wanted
  const harmless = LEVELS[LEVELS.indexOf(revealed) - 1] ?? 'Metadata'
  return higher(least, harmless)
}

/** The least level of all its events at which a case matches; undefined: at none. */
const leastLevelOf = (one: ProvableCase): Level | undefined =>
  LEVELS.find((level) => one.prove(UNIFORM[level]).got === 'match')

const uniform = (level: Level): AuditPolicy => ({
  ...{ rules: [policyRule(level)], omitStages: [], omitManagedFields: false },
})

const UNIFORM = {
  Metadata: compilePolicy(uniform('Metadata')),
  Request: compilePolicy(uniform('Request')),
  RequestResponse: compilePolicy(uniform('RequestResponse')),
} as const
