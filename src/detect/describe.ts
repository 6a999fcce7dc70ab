import { LIMIT } from '../base/limit.ts'
import { CANNOT_TELL, type FieldValue, UNKNOWN, YES } from '../base/truth.ts'
import { type Reason, reasonFor } from '../model/blindness.ts'
import type { AuditEvent } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import { findField } from '../model/fields.ts'
import type { DecidingField, Finding } from '../model/finding.ts'
import { explainPlan } from '../sigma/emit/explain.ts'
import type { CompiledRule } from './compile.ts'
import type { Subject } from './evidence.ts'
import { auditSchema, factsAccess } from './schema.ts'
import { fillIn, TARGET } from './summary.ts'

/** Hides secrets in what is shown: gets a field's name and its text. */
export type Mask = (field: string, text: string) => string

/** What a rule claims of the act behind these facts. The fold adds the id and the events. */
export const describeMatch = (rule: CompiledRule, facts: Facts, mask: Mask): Finding => {
  const fields = decidingFields(rule, facts, mask)
  return {
    ...subjectOf(facts, mask),
    id: '',
    rule: rule.ref,
    reason: sentence(rule, facts, mask, fields),
    fields,
    events: [],
  }
}

/** Whom and what the act is about. */
export const subjectOf = (facts: Facts, mask: Mask): Subject => {
  const { event, actor, peer, request, outcome } = facts
  const impersonator = actor.impersonated ? event.user.username : undefined
  return {
    time: event.requestReceivedTimestamp,
    cluster: event.origin.source.cluster,
    server: event.origin.source.server,
    actor: {
      name: shown(mask, 'actor.name', actor.name ?? `(${actor.kind})`),
      kind: actor.kind,
      impersonator: impersonator && shown(mask, 'user.username', impersonator),
      peer: peer.address && shown(mask, 'peer.address', peer.address),
      userAgent: event.userAgent && shown(mask, 'userAgent', event.userAgent),
    },
    target: {
      verb: shown(mask, 'verb', event.verb),
      resource: shown(mask, 'requestURI', request.resource ?? request.path ?? ''),
      namespace: event.objectRef?.namespace && shown(mask, '', event.objectRef.namespace),
      name: event.objectRef?.name && shown(mask, '', event.objectRef.name),
    },
    outcome: outcome === CANNOT_TELL ? undefined : outcome,
  }
}

/** Why the rule cannot tell: the reasons of all the fields that it asked in vain. */
export const reasonsFor = (rule: CompiledRule, facts: Facts): readonly Reason[] => {
  const { unknown } = facts.event
  const isHidden = (part: number): boolean => (part & unknown) !== 0
  const only = onlyReason(facts.event)
  if (only !== undefined) {
    const isAsked = rule.tests.some(({ part, test }) => isHidden(part) && test(facts) === UNKNOWN)
    if (isAsked) return only
  }
  const hidden = only === undefined ? askedInVain(rule, facts, isHidden) : NONE
  // Most often what the event could not carry says it all; if not, a patch shows only a part.
  return hidden.length > 0 ? hidden : askedInVain(rule, facts, () => true)
}

const NONE: readonly Reason[] = []

/**
 * The reason why an event lacks whatever it lacks, where that is one for all: the answer of
 * `reasonsFor` for a rule that asks any of it in vain, without a look at the rule.
 */
export const onlyReason = (event: AuditEvent): readonly Reason[] | undefined => {
  const { unknown } = event
  let only: Reason | undefined
  for (let part = 1; part <= unknown; part *= 2) {
    if ((unknown & part) === 0) continue
    const reason = reasonFor(event, part)
    if (only !== undefined && reason !== only) return undefined
    only = reason
  }
  return only && ALONE[only]
}

/** One list for all that say the same. */
const ALONE: Readonly<Record<Reason, readonly Reason[]>> = {
  level: ['level'],
  stage: ['stage'],
  truncated: ['truncated'],
  provider: ['provider'],
  missing: ['missing'],
  unparsable: ['unparsable'],
  partial: ['partial'],
  unmeasured: ['unmeasured'],
}

const askedInVain = (
  rule: CompiledRule,
  facts: Facts,
  isAsked: (part: number) => boolean,
): readonly Reason[] => {
  const reasons: Reason[] = []
  for (const { part, test } of rule.tests) {
    if (!isAsked(part)) continue
    const reason = reasonFor(facts.event, part)
    if (!reasons.includes(reason) && test(facts) === UNKNOWN) reasons.push(reason)
  }
  return reasons.sort()
}

const decidingFields = (rule: CompiledRule, facts: Facts, mask: Mask): readonly DecidingField[] => {
  const fields = new Map<string, DecidingField>()
  for (const leaf of explainPlan(rule.plan, factsAccess, facts).leaves) {
    if (leaf.truth !== YES || leaf.negated || typeof leaf.seen === 'string') continue
    // Of a keyword what was searched is shown, and not the text around it: it may be anything.
    if (leaf.field === '') {
      const name = `any text ${leaf.test}`
      fields.set(name, { name, value: shown(mask, '', leaf.needed), trust: 'anyone' })
    }
    const field = findField(leaf.field)?.field
    if (field === undefined || fields.has(leaf.field)) continue
    const value = shown(mask, leaf.field, leaf.seen.join(', '))
    fields.set(leaf.field, { name: leaf.field, value, trust: field.trust })
  }
  return [...fields.values()]
}

const sentence = (
  rule: CompiledRule,
  facts: Facts,
  mask: Mask,
  fields: readonly DecidingField[],
): string => {
  const template = rule.sigma.custom.summary
  const claim =
    typeof template === 'string'
      ? fillIn(template, (name) => spoken(name, facts, mask))
      : `${rule.ref.title}.`
  const because = fields.map(({ name, value }) => `${name} = ${value === '' ? '""' : value}`)
  return `${claim.replace(/[.\s]*$/, '')}${ending(facts)}. Decided by ${because.join('; ')}.`
}

const ending = (facts: Facts): string => {
  switch (facts.outcome) {
    case 'denied':
      return ' (refused)'
    case 'failed':
      return ' (failed)'
    case 'dry-run':
      return ' (dry run, nothing was stored)'
    default:
      return ''
  }
}

/** What a field says, as it is shown; undefined if that is nothing. */
const spoken = (name: string, facts: Facts, mask: Mask): string | undefined => {
  if (name === TARGET) return targetOf(facts, mask)
  const text = textsOf(name, facts).join(', ')
  if (text !== '') return shown(mask, name, text)
  return name === 'actor.name' ? `(${facts.actor.kind})` : undefined
}

/** The object's name with its namespace. A creation that failed may have no name. */
const targetOf = (facts: Facts, mask: Mask): string | undefined => {
  const { namespace, name } = facts.event.objectRef ?? {}
  const where = namespace && shown(mask, 'objectRef.namespace', namespace)
  const what = name && shown(mask, 'objectRef.name', name)
  if (what) return where ? `${where}/${what}` : what
  return where ? `in ${where}` : undefined
}

const textsOf = (name: string, facts: Facts): readonly string[] => {
  const field = auditSchema(name)
  if (field === undefined) return []
  if (field.group === undefined) return texts(factsAccess.value(name)(facts))
  const elements = factsAccess.elements(field.group)(facts)
  if (elements === undefined || elements === CANNOT_TELL) return []
  const read = factsAccess.elementValue(name)
  return [...new Set(elements.flatMap((element) => texts(read(element))))]
}

const texts = (value: FieldValue): readonly string[] => {
  if (value === undefined || value === CANNOT_TELL || value === null) return []
  return Array.isArray(value) ? value.map(String) : [String(value)]
}

/** A text as findings show it: without secrets, and cut with a mark when it is long. */
export const shown = (mask: Mask, field: string, text: string): string => {
  const masked = mask(field, text)
  const max = LIMIT.shownCharactersMax
  return masked.length <= max ? masked : `${masked.slice(0, max)}…`
}
