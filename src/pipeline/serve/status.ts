import type { SourcesReport } from '../../model/source-health.ts'

/** What an instance says of itself to those who watch over it. */
export interface Status {
  /** The parts that do not work now, and why; empty when all do. */
  notReady(): readonly { readonly part: string; readonly why: string }[]
  /** In the text format of Prometheus. */
  metrics(): Promise<string>
  sources(): Promise<SourcesReport>
  /** How far a canary came, by its auditID; undefined when it was not seen. */
  canary(auditId: string): CanaryProgress | undefined
}

/** How far a canary event came. */
export interface CanaryProgress {
  readonly stage: 'decoded' | 'stored'
  readonly cluster: string
  readonly server: string
  readonly way: string
}
