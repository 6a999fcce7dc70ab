import type { Delivery } from '../../../model/delivery.ts'
import { HandClock } from '../../testing/hand-clock.ts'
import type { Refusal } from '../identity.ts'
import { openReceiver, type ReceiverExtras, type WebhookReceiver } from '../receiver.ts'
import type { ReceiverOptions } from '../receiver-options.ts'

/** What was handed to keep, and how to answer it. */
export interface Handed {
  readonly delivery: Delivery
  readonly bytes: Uint8Array
  readonly resolve: () => void
  readonly reject: (reason: Error) => void
}

/** A receiver whose keep waits for the test. */
export interface Desk {
  readonly receiver: WebhookReceiver
  readonly clock: HandClock
  /** In order of arrival. */
  readonly handed: readonly Handed[]
  readonly refusals: readonly Refusal[]
  /** Seconds until each acknowledgement. */
  readonly acknowledged: readonly number[]
}

/** Opens a receiver on plain loopback; with `isPatient`, keep waits until the test answers it. */
export const openDesk = async (
  isPatient: boolean,
  options: Partial<ReceiverOptions> = {},
  extras: ReceiverExtras = {},
): Promise<Desk> => {
  const clock = new HandClock()
  const handed: Handed[] = []
  const refusals: Refusal[] = []
  const acknowledged: number[] = []
  const keep = (delivery: Delivery, bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      handed.push({ delivery, bytes, resolve, reject })
      if (!isPatient) resolve()
    })
  const all = { listen: { host: '127.0.0.1', port: 0 }, tls: undefined, sources: [], ...options }
  const receiver = await openReceiver(all, keep, clock, {
    ...extras,
    onRefused: (refusal) => refusals.push(refusal),
    onAcknowledged: (seconds) => acknowledged.push(seconds),
  })
  return { receiver, clock, handed, refusals, acknowledged }
}
