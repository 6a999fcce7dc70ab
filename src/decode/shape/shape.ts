import type { Provider } from '../../model/event.ts'
import type { Bodies, Members } from '../event.ts'
import type { Foreign } from '../members.ts'

/** A JSON object whose meaning is to be found. */
export type JsonRecord = Readonly<Record<string, Foreign>>

/** What a record of some shape holds. */
export type Opened =
  /** Other records: objects, or texts that are lines of a log. */
  | { readonly kind: 'inside'; readonly values: readonly unknown[] }
  /** An event that the provider tells in its own words. */
  | {
      readonly kind: 'event'
      readonly provider: Provider
      readonly members: Members
      readonly bodies: Bodies
      /** Parts that it does not say. */
      readonly unknown: number
    }
  /** Of the cloud's own API. */
  | { readonly kind: 'cloud-api' }

/** A shape that the log comes in: a file in this folder, and a row in registry.ts. */
export interface Shape {
  readonly name: string
  /** One sentence for the reference. */
  readonly about: string
  /** `sample`: read from real records. `documentation`: only from what the vendor says. */
  readonly proof: 'sample' | 'documentation'
  /** What the record holds, or undefined when it is of another shape. */
  readonly open: (record: JsonRecord) => Opened | undefined
}

/** Records inside. */
export const inside = (values: readonly unknown[]): Opened => ({ kind: 'inside', values })
