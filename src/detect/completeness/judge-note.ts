import { CANNOT_TELL, NO, type Truth, UNKNOWN, YES } from '../../base/truth.ts'
import type { DecidingField, Finding } from '../../model/finding.ts'
import { findSourceField } from '../../model/source-fields.ts'
import type { SourceNote } from '../../model/source-health.ts'
import { explainPlan } from '../../sigma/emit/explain.ts'
import { findingId } from '../act.ts'
import { shown } from '../describe.ts'
import { fillIn } from '../summary.ts'
import { timeText } from '../time.ts'
import type { CompiledSourceRule } from './source-rule.ts'
import { noteAccess } from './source-schema.ts'

/** What one rule says of a note, unless that is "no". */
export interface NoteVerdict {
  readonly rule: CompiledSourceRule
  readonly truth: Truth
  /** Of a match. */
  readonly finding: Finding | undefined
}

/**
 * Judges a note by every rule about logs. A note that is told again as it grows gives findings with
 * the same ids: they take the place of the earlier ones.
 */
export const judgeNote = (
  rules: readonly CompiledSourceRule[],
  note: SourceNote,
): readonly NoteVerdict[] =>
  rules.flatMap((rule) => {
    const truth = rule.judge(note)
    if (truth === NO) return []
    return [{ rule, truth, finding: truth === YES ? describeNote(rule, note) : undefined }]
  })

/** What a rule claims of a log. */
export const describeNote = (rule: CompiledSourceRule, note: SourceNote): Finding => {
  const { cluster, server, way, kind, fromUs, key } = note
  const fields = decidingFields(rule, note)
  const episode = JSON.stringify([cluster, server, way, kind, fromUs, key])
  return {
    id: findingId(rule.ref.id, episode),
    time: timeText(fromUs),
    cluster,
    server,
    rule: rule.ref,
    actor: {
      name: `kube-apiserver ${server}`,
      kind: 'controlplane',
      impersonator: undefined,
      peer: undefined,
      userAgent: undefined,
    },
    target: { verb: 'log', resource: 'audit', namespace: undefined, name: way },
    outcome: undefined,
    reason: sentence(rule, note, fields),
    fields,
    events: note.events,
  }
}

/** The fields that a rule asked of a note in vain. */
export const unmeasuredFor = (rule: CompiledSourceRule, note: SourceNote): readonly string[] => {
  const { truth, leaves } = explainPlan(rule.plan, noteAccess, note)
  if (truth !== UNKNOWN) return []
  const asked = leaves.filter(({ seen }) => seen === 'cannot tell').map(({ field }) => field)
  return [...new Set(asked)]
}

const sentence = (
  rule: CompiledSourceRule,
  note: SourceNote,
  fields: readonly DecidingField[],
): string => {
  const template = rule.sigma.custom.summary
  const claim =
    typeof template === 'string' ? fillIn(template, (name) => said(name, note)) : rule.ref.title
  const because = fields.map(({ name, value }) => `${name} = ${value === '' ? '""' : value}`)
  return `${claim.replace(/[.\s]*$/, '')}. Decided by ${because.join('; ')}.`
}

const decidingFields = (rule: CompiledSourceRule, note: SourceNote): readonly DecidingField[] => {
  const fields = new Map<string, DecidingField>()
  for (const leaf of explainPlan(rule.plan, noteAccess, note).leaves) {
    if (leaf.truth !== YES || leaf.negated || fields.has(leaf.field)) continue
    const field = findSourceField(leaf.field)
    const value = said(leaf.field, note)
    if (field === undefined || value === undefined) continue
    fields.set(leaf.field, { name: leaf.field, value, trust: field.trust })
  }
  return [...fields.values()]
}

/** What a field says, as it is shown. */
const said = (name: string, note: SourceNote): string | undefined => {
  const value = findSourceField(name)?.read(note)
  if (value === undefined || value === null || value === CANNOT_TELL) return undefined
  return shown((_, text) => text, name, typeof value === 'number' ? rounded(value) : String(value))
}

/** Nobody measures a silence to the microsecond. */
const rounded = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)))

const DIGITS = 3
