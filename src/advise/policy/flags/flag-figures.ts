import type { FoundFlags } from '../../../kubernetes/audit-flags/read-flags.ts'
import { Settings } from '../../../kubernetes/audit-flags/settings.ts'
import { estimate, type Figure } from '../estimate.ts'

/** What figures are computed from. */
export interface FigureRequest {
  readonly found: FoundFlags
  readonly minor: number
  readonly rate: number
  readonly eventBytes: number
}

/** What the flags come to: history of the files, memory of the webhook. */
export const flagFigures = (request: FigureRequest): readonly Figure[] => {
  const settings = new Settings(request.found.flags, request.minor)
  if (settings.text('audit-policy-file') === '' && request.found.form !== 'talos') return []
  const hasLog = settings.text('audit-log-path') !== '' && rotationOf(settings) !== undefined
  const hasWebhook = settings.text('audit-webhook-config-file') !== ''
  return figuresOf(request, settings).filter(({ name }) =>
    name.startsWith('file') || name === 'floodRequests'
      ? hasLog && name !== 'fileHistoryPeakMinutes'
      : hasWebhook && name.startsWith('webhook'),
  )
}

/** Minutes for which log files are kept, at the rate; without end when nothing deletes them. */
export const historyMinutes = (request: FigureRequest): number => {
  const settings = new Settings(request.found.flags, request.minor)
  if (rotationOf(settings) === undefined) return Number.POSITIVE_INFINITY
  const figures = figuresOf(request, settings)
  return figures.find(({ name }) => name === 'fileHistoryMinutes')?.value ?? 0
}

/** Undefined: files are not rotated, or not deleted by number. */
const rotationOf = (
  settings: Settings,
): { maxSize: number; maxBackup: number; maxAge: number } | undefined => {
  const size = settings.number('audit-log-maxsize')
  const maxSize = size === 0 && settings.minor < 36 ? 100 : size
  const maxBackup = settings.number('audit-log-maxbackup')
  if (maxSize <= 0 || maxBackup <= 0) return undefined
  return { maxSize, maxBackup, maxAge: Math.max(0, settings.number('audit-log-maxage')) }
}

const figuresOf = ({ rate, eventBytes }: FigureRequest, settings: Settings): readonly Figure[] =>
  estimate({
    bytesPerDay: rate * eventBytes * 86_400,
    eventBytes,
    masters: 1,
    retentionDays: 1,
    copies: 1,
    compression: 1,
    price: undefined,
    peak: 1,
    file: rotationOf(settings) ?? { maxSize: 1, maxBackup: 0, maxAge: 0 },
    webhook: {
      bufferSize: settings.number('audit-webhook-batch-buffer-size'),
      batchMaxSize: settings.number('audit-webhook-batch-max-size'),
      throttleQps: settings.on('audit-webhook-batch-throttle-enable')
        ? settings.number('audit-webhook-batch-throttle-qps')
        : rate,
    },
  })
