import { LIMIT } from '../../base/limit.ts'
import { openLog } from '../../base/write-ahead-log/open-log.ts'
import type { WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import { compileRules } from '../../detect/compile.ts'
import type { Keep } from '../../model/delivery.ts'
import { Chains } from '../../store/evidence/chain.ts'
import type { Store } from '../../store/store.ts'
import { Completeness } from '../completeness/completeness.ts'
import { Anchoring } from './anchoring.ts'
import { askStore } from './ask-store.ts'
import { BatchPlan } from './batch-plan.ts'
import { type Before, readBefore, readLeftBehind } from './before.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { failpoint } from './failpoint.ts'
import type { InstanceParts } from './instance-parts.ts'
import { LiveCrew } from './live-crew.ts'
import { LiveFindings } from './live-findings.ts'
import type { LiveOptions } from './live-job.ts'
import { bringForward } from './log-damage.ts'
import { Meters } from './meters.ts'
import type { OpenSources } from './open-sources.ts'
import { openStore, retryTo } from './open-store.ts'
import { persist } from './persist.ts'
import { Quarantine } from './quarantine.ts'
import { deliveryRecord } from './records.ts'
import type { Instance, Judging, ServeHooks, ServeOptions } from './running.ts'
import type { Status } from './status.ts'
import type { BatchStoreParts } from './store-batch.ts'
import { gapTeller, teller } from './telling.ts'

/** Opens the parts of an instance, in the order in which they need each other. */
export const openInstance = async (
  options: ServeOptions,
  hooks: ServeHooks,
  signal: AbortSignal,
): Promise<InstanceParts> => {
  const opened: (() => Promise<unknown>)[] = []
  const close = async (): Promise<void> => {
    for (const one of opened.splice(0).reverse()) await one()
  }
  const later = <Part>(part: Part, end: (part: Part) => Promise<unknown>): Part => {
    opened.push(() => end(part))
    return part
  }
  try {
    return { ...(await openParts(options, hooks, signal, later)), close }
  } catch (error) {
    await close()
    throw error
  }
}

type Later = <Part>(part: Part, end: (part: Part) => Promise<unknown>) => Part

const openParts = async (
  options: ServeOptions,
  hooks: ServeHooks,
  signal: AbortSignal,
  later: Later,
): Promise<Omit<InstanceParts, 'close'>> => {
  const { config, clock, tool, judging } = options
  const meters = new Meters(tool)
  const folder = await openDataFolder(config.data)
  const crew = later(new LiveCrew(liveOptions(options, judging, folder)), (one) => one.stop())
  const { data: path, store: choice } = config
  const { storePassword: password, storeCa: ca } = options
  const asked = { folder: path, choice, password, ca, clock, hooks, meters, signal }
  const store = later(await openStore(asked), (one) => one.close())
  const logOptions = { folder: folder.log, bytesMax: LIMIT.logBytesMax, clock }
  const log = later(await openLog(logOptions), (one) => one.close())
  const quarantine = await Quarantine.open(folder.quarantine)
  const ask = <T>(work: (store: Store) => Promise<T>): Promise<T> =>
    persist(() => work(store.store), { clock, signal, onRetry: retryTo({ hooks, meters }) })
  const { instance } = folder
  const before = await ask((one) => readBefore(one, log, instance, clock.nowUs()))
  const keep = keeper(log, meters)
  await bringForward(log, before.lastSequence)
  const completeness = seeded(before)
  const live = new LiveFindings(compileRules(judging.rules, judging.lists), {
    completeness,
    clock,
    onTold: teller(before.told, { log, meters, hooks, clock }),
    onGap: gapTeller({ meters, hooks, clock }),
    ask: askStore(store.store, { clock, signal, onRetry: retryTo({ hooks, meters }) }, hooks),
    ...(options.waitMs === undefined ? {} : { waitMs: options.waitMs }),
  })
  const needed = { reachUs: live.reachUs, reopened: before.reopened }
  live.restore(await ask((one) => readLeftBehind(one, instance, needed, clock.nowUs())))
  const limits = { bytesMax: LIMIT.batchBytesMax, msMax: LIMIT.batchMsMax }
  const plan = new BatchPlan(limits, before.lastBatch, before.planned)
  const chains = new Chains(before.heads)
  const anchoring = new Anchoring(config.evidence.anchor, folder, chains, clock, hooks)
  const detection = { completeness, live, crew }
  const disk = { folder, quarantine, log, store }
  return { ...disk, meters, before, chains, anchoring, plan, keep, ...detection }
}

/** What the worker judges and stores with. */
export const liveOptions = (
  { sealKey }: ServeOptions,
  judging: Judging,
  { instance, fingerprintKey }: DataFolder,
): LiveOptions => ({ ...judging, sealKey, instance, fingerprintKey })

/** What storing a batch takes. */
export const storing = (
  { store, chains, folder, meters }: InstanceParts,
  { clock }: ServeOptions,
  hooks: ServeHooks,
  signal: AbortSignal,
): BatchStoreParts => ({
  store: store.store,
  chains,
  instance: folder.instance,
  clock,
  signal,
  onRetry: retryTo({ hooks, meters }),
})

/** The instance as its starter sees it. */
export const instanceOf = (
  options: ServeOptions,
  parts: InstanceParts,
  { receiver }: OpenSources,
  status: Status,
): Instance => ({
  webhook: receiver?.address,
  status,
  reload: async (judging) => {
    const { crew, live, folder } = parts
    const ruleSet = compileRules(judging.rules, judging.lists)
    await crew.reload(liveOptions(options, judging, folder), () => live.reload(ruleSet))
    await receiver?.reload()
  },
})

const seeded = ({ heard }: Before): Completeness => {
  const completeness = new Completeness()
  for (const { source, lastArrivedUs } of heard) {
    if (source.way !== 'import') completeness.seed(source, lastArrivedUs, lastArrivedUs)
  }
  return completeness
}

const keeper =
  (log: WriteAheadLog, meters: Meters): Keep =>
  async (delivery, bytes) => {
    await log.append(deliveryRecord(delivery, bytes))
    failpoint('after-sync')
    meters.deliveries.inc({ ...delivery.source })
    if (delivery.kind !== 'gap') meters.bytes.inc({ ...delivery.source }, delivery.length)
  }
