import type { PolicyLevel } from '../../../kubernetes/audit-policy/policy.ts'

/** A policy to begin with, by what its owner wants. */
export type PresetName = 'minimal' | 'balanced' | 'forensic' | 'cis' | 'stig' | 'managed'

/** When RequestReceived is logged: of a change it is the only trace if the answer is lost. */
export type ReceivedStages = 'all' | 'changes' | 'none'

/** What a preset is for, and how it treats what every rule has. */
export interface Preset {
  readonly name: PresetName
  readonly about: string
  readonly received: ReceivedStages
  readonly omitManagedFields: boolean
}

/** The presets, from the least that is logged to the most. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'minimal',
    about:
      'Changes, secrets and sessions, next to nothing of reads. For a small disk; refused reads and most searching around stay unseen.',
    received: 'none',
    omitManagedFields: true,
  },
  {
    name: 'balanced',
    about:
      'Who did what for every request that a person or a workload makes, and bodies where a detection needs them. The one to begin with.',
    received: 'changes',
    omitManagedFields: true,
  },
  {
    name: 'managed',
    about:
      'Close to what managed clusters log: reads with what was asked, changes with what came of it, the usual noise dropped.',
    received: 'none',
    omitManagedFields: true,
  },
  {
    name: 'cis',
    about:
      'The CIS Kubernetes Benchmark, 3.2.1 and 3.2.2: every request at least at Metadata, secrets at no more, changes of workloads with their bodies.',
    received: 'all',
    omitManagedFields: true,
  },
  {
    name: 'forensic',
    about:
      'Every change with its request and its answer, every read by whom and of what, at all stages. For a cluster that must be explained afterwards.',
    received: 'changes',
    omitManagedFields: true,
  },
  {
    name: 'stig',
    about:
      'The letter of the DISA STIG for Kubernetes: everything at RequestResponse. The log then holds every secret and token that is read or written: guard it like them.',
    received: 'all',
    omitManagedFields: false,
  },
]

/** The level of a row of the table in each preset; one that lacks it has no such rule. */
export type LevelsByPreset = Readonly<Partial<Record<PresetName, PolicyLevel>>>
