import type { SourceReport } from '../../model/source-health.ts'

/** What is not as it should be with a source, a sentence each, the worst first. */
export const troublesOf = (report: SourceReport): readonly string[] =>
  [
    budgetTrouble(report),
    neverTrouble(report),
    silenceTrouble(report),
    gapTrouble(report),
    skewTrouble(report),
    truncationTrouble(report),
    orphanTrouble(report),
    policyTrouble(report),
  ].filter((one) => one !== undefined)

const budgetTrouble = ({ budgetSeconds }: SourceReport): string | undefined => {
  if (budgetSeconds === undefined || budgetSeconds >= BUDGET_SECONDS) return undefined
  const minutes = Math.floor(budgetSeconds / 60)
  return `rotation deletes what is not read in ${minutes} min: reading is too slow, or the files are too few`
}

const neverTrouble = ({ events, lastArrived, lagBytes, way }: SourceReport): string | undefined => {
  if (events > 0 || lastArrived !== undefined || way === 'import') return undefined
  // A file that is there, and has been read to its end, is only quiet.
  if (lagBytes !== undefined) return undefined
  const look = way === 'file' ? '/readyz says' : '`deckwatch source check` finds out'
  return `nothing has come since the start: ${look} why`
}

const silenceTrouble = (report: SourceReport): string | undefined => {
  const { silentSeconds, usualSilenceSeconds } = report
  if (silentSeconds === undefined) return undefined
  const usual = usualSilenceSeconds ?? Number.POSITIVE_INFINITY
  const isLong = silentSeconds >= Math.max(SILENT_SECONDS, usual * SILENT_TIMES)
  if (!isLong && silentSeconds < VERY_SILENT_SECONDS) return undefined
  return `nothing has come for ${Math.round(silentSeconds)} s`
}

const gapTrouble = ({ gaps }: SourceReport): string | undefined => {
  const lost = gaps.filter(({ kind }) => LOST.has(kind))
  if (lost.length === 0) return undefined
  return `parts of the log are lost: ${lost.map(({ kind, count }) => `${count} × ${kind}`).join(', ')}`
}

const skewTrouble = ({ skewSeconds }: SourceReport): string | undefined => {
  if (skewSeconds === undefined || Math.abs(skewSeconds) < SKEW_SECONDS) return undefined
  const side = skewSeconds > 0 ? 'ahead of' : 'behind'
  return `the API server's clock is ${Math.abs(skewSeconds).toFixed(1)} s ${side} ours`
}

const truncationTrouble = ({ truncated }: SourceReport): string | undefined =>
  truncated === undefined || truncated === 0
    ? undefined
    : `the API server cut off the bodies of ${truncated} events: raise its size limit`

const orphanTrouble = ({ orphans }: SourceReport): string | undefined =>
  orphans === undefined || orphans === 0
    ? undefined
    : `${orphans} requests have no answer in the log`

const policyTrouble = ({ policy }: SourceReport): string | undefined => {
  if (policy === undefined || policy.neverSeen.length === 0) return undefined
  return `the policy seems to hide ${policy.neverSeen.join('; ')}`
}

const BUDGET_SECONDS = 3_600
const SILENT_SECONDS = 60
const SILENT_TIMES = 3
const VERY_SILENT_SECONDS = 600
const SKEW_SECONDS = 2

/** Gaps that are a loss of evidence, and no accident of a single line. */
const LOST: ReadonlySet<string> = new Set([
  'retention',
  'truncated-file',
  'log-damage',
  'undelivered',
])
