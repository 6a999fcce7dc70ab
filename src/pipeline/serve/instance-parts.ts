import type { WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import type { Keep } from '../../model/delivery.ts'
import type { Chains } from '../../store/evidence/chain.ts'
import type { Completeness } from '../completeness/completeness.ts'
import type { Anchoring } from './anchoring.ts'
import type { BatchPlan } from './batch-plan.ts'
import type { Before } from './before.ts'
import type { DataFolder } from './data-folder.ts'
import type { LiveCrew } from './live-crew.ts'
import type { LiveFindings } from './live-findings.ts'
import type { Meters } from './meters.ts'
import type { OpenStore } from './open-store.ts'
import type { Quarantine } from './quarantine.ts'

/** Everything that an instance works with, opened and brought to where it stopped before. */
export interface InstanceParts {
  readonly folder: DataFolder
  readonly quarantine: Quarantine
  readonly log: WriteAheadLog
  readonly store: OpenStore
  readonly meters: Meters
  readonly before: Before
  readonly chains: Chains
  readonly anchoring: Anchoring
  readonly completeness: Completeness
  readonly live: LiveFindings
  readonly crew: LiveCrew
  readonly plan: BatchPlan
  /** Makes a delivery safe: what a source waits for before it acknowledges. */
  readonly keep: Keep
  close(): Promise<void>
}
