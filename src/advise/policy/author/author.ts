import {
  type AuditPolicy,
  type PolicyLevel,
  policyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { CHANGES } from '../../../kubernetes/known-types/parse-type.ts'
import { ROWS, type Row } from './blocks.ts'
import type { NoiseName } from './noise.ts'
import { PRESETS, type Preset, type PresetName, type ReceivedStages } from './preset.ts'

/** What the owner of a policy wants otherwise than the preset has it. */
export interface AuthorWishes {
  /** Noise that is not to be dropped. */
  readonly keep?: readonly NoiseName[]
  readonly received?: ReceivedStages | undefined
  readonly managedFields?: boolean | undefined
  /** Namespaces of which every change is wanted with its request and its answer. */
  readonly tenants?: readonly string[]
}

/** A policy, and why each of its rules is there. */
export interface AuthoredPolicy {
  readonly preset: Preset
  readonly policy: AuditPolicy
  /** One for each rule. */
  readonly reasons: readonly string[]
}

/**
 * A policy by intent: what matters in detail, then noise dropped, then the rest; and within that
 * from the specific to the general, as the first rule that matches decides.
 */
export const authorPolicy = (name: PresetName, wishes: AuthorWishes = {}): AuthoredPolicy => {
  const preset = PRESETS.find((one) => one.name === name)
  if (preset === undefined) throw new Error(`bug: there is no preset ${name}`)
  const received = wishes.received ?? preset.received
  const written = rowsFor(preset.name, wishes)
  return {
    preset,
    policy: {
      omitStages: received === 'none' ? ['RequestReceived'] : [],
      omitManagedFields:
        wishes.managedFields === undefined ? preset.omitManagedFields : !wishes.managedFields,
      rules: written.map(({ level, match }) => ({
        ...policyRule(level, match),
        omitStages:
          received === 'changes' && omitsReceived(level, match) ? ['RequestReceived'] : [],
      })),
    },
    reasons: written.map(({ why }) => why),
  }
}

interface WrittenRow {
  readonly level: PolicyLevel
  readonly match: Row['match']
  readonly why: string
}

/** Tenants come after what must not be logged with its body, and before everything else. */
const rowsFor = (preset: PresetName, wishes: AuthorWishes): readonly WrittenRow[] => {
  const kept = new Set(wishes.keep)
  const rows = ROWS.flatMap((row) => {
    const level = row.levels[preset]
    const isKept = row.noise !== undefined && kept.has(row.noise)
    return level === undefined || isKept ? [] : [{ ...row, level }]
  })
  const guarded = rows.filter(({ block }) => block === 'guarded')
  const others = rows.filter(({ block }) => block !== 'guarded')
  return [...guarded, ...ofTenants(wishes.tenants ?? []), ...others]
}

const ofTenants = (namespaces: readonly string[]): readonly WrittenRow[] =>
  namespaces.length === 0
    ? []
    : [
        {
          level: 'RequestResponse',
          match: { verbs: CHANGES, namespaces },
          why: 'Tenants: every change in their namespaces, with what was asked and what came of it.',
        },
      ]

/**
 * Of what is only read, the answer is enough: nothing is lost with a request that changes nothing.
 * The rule for the rest comes after all that is about changes.
 */
const omitsReceived = (level: PolicyLevel, match: WrittenRow['match']): boolean => {
  if (level === 'None') return false
  const { verbs = [] } = match
  if (verbs.length > 0) return !verbs.some((verb) => CHANGES.includes(verb))
  return Object.keys(match).length === 0
}
