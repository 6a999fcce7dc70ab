import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import type { Keep } from '../../model/delivery.ts'
import { openFollower } from '../../source/follow/follower.ts'
import type { RunningSource } from '../../source/source.ts'
import { openReceiver, type WebhookReceiver } from '../../source/webhook/receiver.ts'
import { rangesStored } from './before.ts'
import type { Chores } from './chores.ts'
import type { InstanceParts } from './instance-parts.ts'
import { persist, sayRetry } from './persist.ts'
import type { ServeHooks, ServeOptions } from './running.ts'

/** The sources of an instance, each of which hands on by itself. */
export interface OpenSources {
  readonly all: readonly RunningSource[]
  readonly receiver: WebhookReceiver | undefined
  /**
   * Resolves when the signal aborts, or when all that was to be imported is kept; the sources are
   * closed then. Rejects when `working` does: without it nothing can be taken.
   */
  untilDone(signal: AbortSignal, working: Promise<void>): Promise<void>
}

/** Opens every source that is configured. One that cannot be opened closes the others. */
export const openSources = async (
  { config, clock, importing }: ServeOptions,
  {
    keep: kept,
    before,
    store,
    meters,
  }: Pick<InstanceParts, 'keep' | 'before' | 'store' | 'meters'>,
  hooks: ServeHooks,
  chores: Pick<Chores, 'disk'>,
): Promise<OpenSources> => {
  const keep = guarded(kept, chores)
  const all: RunningSource[] = []
  const close = async (): Promise<void> => {
    await Promise.all(all.map((source) => source.close()))
  }
  try {
    if (config.files.length > 0) {
      all.push(await openFollower({ logs: config.files }, before.positions, keep, clock))
    }
    const receiver =
      config.webhook && (await openWebhook(config.webhook, { keep, before, meters }, clock, hooks))
    if (receiver !== undefined) all.push(receiver)
    const untilDone = async (signal: AbortSignal, working: Promise<void>): Promise<void> => {
      const stored = rangesStored(store.store, before.pending)
      const patient = patiently(keep, { clock, signal, onRetry: sayRetry('the import', hooks) })
      const imported = importing?.(patient, stored, signal) ?? aborted(signal)
      try {
        await Promise.race([imported, working])
      } finally {
        await close()
      }
    }
    return { all, receiver, untilDone }
  } catch (error) {
    await close()
    throw error
  }
}

const openWebhook = async (
  options: NonNullable<ServeOptions['config']['webhook']>,
  { keep, before, meters }: Pick<InstanceParts, 'keep' | 'before' | 'meters'>,
  clock: Clock,
  hooks: ServeHooks,
): Promise<WebhookReceiver> => {
  const receiver = await openReceiver(options, keep, clock, {
    known: before.bodies,
    onRefused: ({ status, reason }, from, count) =>
      hooks.log('warn', `a request was refused: ${reason}`, { status, from: from ?? '', count }),
    onAcknowledged: (seconds) => meters.ackSeconds.observe(seconds),
    onReload: (problem) =>
      problem === undefined
        ? hooks.log('info', 'the certificates of the webhook were read again')
        : hooks.log('error', problem),
  })
  for (const remark of receiver.remarks()) hooks.log('warn', remark)
  return receiver
}

/** Takes nothing when the disk is all but full: what is there needs room to be stored. */
const guarded =
  (keep: Keep, chores: Pick<Chores, 'disk'>): Keep =>
  async (delivery, bytes) => {
    if (chores.disk.state === 'stop') {
      const why = 'the disk of the data directory is all but full'
      throw new Fault('data/disk-full', why, { transient: true })
    }
    await keep(delivery, bytes)
  }

/** Waits until it can be kept. The other sources do so by themselves. */
const patiently =
  (keep: Keep, trying: Parameters<typeof persist>[1]): Keep =>
  (delivery, bytes) =>
    persist(() => keep(delivery, bytes), trying)

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
