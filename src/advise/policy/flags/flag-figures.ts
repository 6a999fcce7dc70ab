import type { FoundFlags } from '../../../kubernetes/audit-flags/read-flags.ts'
import { Settings } from '../../../kubernetes/audit-flags/settings.ts'
import { estimate, type Figure, type FileRotation } from '../estimate.ts'

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
  const path = settings.text('audit-log-path')
  // The standard output is rotated by nobody here.
  const hasFiles = path !== '' && path !== '-'
  const hasWebhook = settings.text('audit-webhook-config-file') !== ''
  return figuresOf(request, settings).filter(({ name }) =>
    name.startsWith('file') || name === 'floodRequests'
      ? hasFiles && name !== 'fileHistoryPeakMinutes'
      : hasWebhook && name.startsWith('webhook'),
  )
}

/** Minutes for which log files are kept, at the rate; without end when nothing deletes them. */
export const historyMinutes = (request: FigureRequest): number => {
  const figures = figuresOf(request, new Settings(request.found.flags, request.minor))
  const found = figures.find(({ name }) => name === 'fileHistoryMinutes')
  return found?.value ?? Number.POSITIVE_INFINITY
}

/** Up to 1.35, no size is that of the library that writes the file. */
const rotationOf = (settings: Settings): FileRotation => {
  const [size, backup, age] = ['size', 'backup', 'age'].map((end) =>
    // What is refused is said elsewhere.
    Math.max(0, settings.number(`audit-log-max${end}`)),
  ) as [number, number, number]
  return {
    maxSize: size === 0 && settings.minor < 36 ? LIBRARY_MAX_SIZE : size,
    maxBackup: backup,
    maxAge: age,
  }
}

/** Upstream: natefinch/lumberjack, defaultMaxSize. */
export const LIBRARY_MAX_SIZE = 100

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
    file: rotationOf(settings),
    webhook: {
      bufferSize: settings.number('audit-webhook-batch-buffer-size'),
      batchMaxSize: settings.number('audit-webhook-batch-max-size'),
      throttleQps: settings.on('audit-webhook-batch-throttle-enable')
        ? settings.number('audit-webhook-batch-throttle-qps')
        : rate,
    },
  })
