/** What a log of audit events costs to keep, and how long an API server keeps it by itself. */
export interface EstimateRequest {
  /** As log lines, of all API servers together. */
  readonly bytesPerDay: number
  /** Of the mean event, as a log line. */
  readonly eventBytes: number
  /** API servers that share the load. */
  readonly masters: number
  readonly retentionDays: number
  readonly copies: number
  /** Bytes of log lines to bytes on disk. */
  readonly compression: number
  /** Of a GiB in a month, in any currency; undefined: nobody said. */
  readonly price: number | undefined
  /** How much busier than the mean the busiest time is. */
  readonly peak: number
  readonly file: FileRotation
  readonly webhook: WebhookBuffer
}

/**
 * Flags of the log backend: `--audit-log-maxsize` (MiB), `-maxbackup`, `-maxage` (days). As for an
 * API server, 0 is no limit: without a size there is one file, of which nothing is deleted.
 */
export interface FileRotation {
  readonly maxSize: number
  readonly maxBackup: number
  readonly maxAge: number
}

/** Flags of the webhook backend: `--audit-webhook-batch-buffer-size` and so on. */
export interface WebhookBuffer {
  readonly bufferSize: number
  readonly batchMaxSize: number
  readonly throttleQps: number
}

/** A number with what it is and where it comes from. */
export interface Figure {
  /** Stable: machines find it by this. */
  readonly name: FigureName
  readonly value: number
  readonly unit: 'bytes' | 'events/s' | 'minutes' | 'money/month' | 'requests'
  /** What it is, for people. */
  readonly about: string
  /** How it was computed, with the numbers. */
  readonly how: string
}

/** The names of the figures. */
export type FigureName =
  | 'bytesPerDay'
  | 'eventsPerSecond'
  | 'storedPerDay'
  | 'stored'
  | 'moneyPerMonth'
  | 'fileGrowth'
  | 'fileHistory'
  | 'fileHistoryMinutes'
  | 'fileHistoryPeakMinutes'
  | 'floodRequests'
  | 'webhookBuffer'
  | 'webhookInFlight'

/** The figures, in the order in which they are worth reading. */
export const estimate = (request: EstimateRequest): readonly Figure[] => [
  ...logFigures(request),
  ...storeFigures(request),
  ...fileFigures(request),
  ...webhookFigures(request),
]

const logFigures = ({ bytesPerDay, eventBytes }: EstimateRequest): readonly Figure[] => [
  {
    name: 'bytesPerDay',
    value: bytesPerDay,
    unit: 'bytes',
    about: 'log lines a day, of all API servers',
    how: 'the basis: what was given, or the rate of the recording',
  },
  {
    name: 'eventsPerSecond',
    value: bytesPerDay / eventBytes / DAY_SECONDS,
    unit: 'events/s',
    about: 'events, of all API servers, on average',
    how: `bytes a day ÷ ${round(eventBytes)} bytes an event ÷ 86,400 s`,
  },
]

const storeFigures = (request: EstimateRequest): readonly Figure[] => {
  const { bytesPerDay, compression, retentionDays, copies, price } = request
  const stored = (bytesPerDay / compression) * retentionDays * copies
  const money: Figure = {
    name: 'moneyPerMonth',
    value: (stored / GIB) * (price ?? 0),
    unit: 'money/month',
    about: 'for storage, once the oldest day is as old as the retention',
    how: `${round(stored / GIB)} GiB × ${price}`,
  }
  return [
    {
      name: 'storedPerDay',
      value: bytesPerDay / compression,
      unit: 'bytes',
      about: 'on disk for a day, one copy',
      how: `bytes a day ÷ ${compression} (compression)`,
    },
    {
      name: 'stored',
      value: stored,
      unit: 'bytes',
      about: 'on disk, once the oldest day is as old as the retention',
      how: `on disk for a day × ${retentionDays} (days) × ${copies} (copies)`,
    },
    ...(price === undefined ? [] : [money]),
  ]
}

/**
 * The API server rotates when a file is full, and deletes by number and by age. A collector that is
 * down for longer than what is left has lost events.
 */
const fileFigures = (request: EstimateRequest): readonly Figure[] => {
  const { maxSize, maxBackup, maxAge } = request.file
  if (maxSize === 0 || (maxBackup === 0 && maxAge === 0)) return [growthFigure(request)]
  return maxBackup === 0 ? agedFigures(request) : countedFigures(request)
}

const bytesPerMinute = ({ bytesPerDay, masters }: EstimateRequest): number =>
  bytesPerDay / masters / DAY_MINUTES

const growthFigure = (request: EstimateRequest): Figure => ({
  name: 'fileGrowth',
  value: request.bytesPerDay / request.masters,
  unit: 'bytes',
  about: 'more disk each day at each API server: nothing deletes log files',
  how: `bytes a day ÷ ${request.masters}; ${
    request.file.maxSize === 0 ? 'maxsize 0: one file' : 'maxbackup 0 and maxage 0: all are kept'
  }`,
})

/** Files that are deleted by their age alone: nobody can push them out, but fill the disk. */
const agedFigures = (request: EstimateRequest): readonly Figure[] => {
  const { peak, file } = request
  const minutes = file.maxAge * DAY_MINUTES
  const perMinute = bytesPerMinute(request)
  const how = `${file.maxAge} days (maxage), however many files (maxbackup 0)`
  return [
    {
      name: 'fileHistory',
      value: minutes * perMinute + file.maxSize * MIB,
      unit: 'bytes',
      about: 'disk that the log files take at each API server at this rate; nothing limits it',
      how: `${file.maxAge} days (maxage) × bytes a day ÷ ${request.masters}, and a file of ${file.maxSize} MiB (maxsize)`,
    },
    ...minuteFigures(minutes, how, minutes, how, peak),
  ]
}

const countedFigures = (request: EstimateRequest): readonly Figure[] => {
  const { masters, peak, file } = request
  const history = file.maxSize * MIB * (file.maxBackup + 1)
  const perMinute = bytesPerMinute(request)
  const most = file.maxAge === 0 ? Number.POSITIVE_INFINITY : file.maxAge * DAY_MINUTES
  const minutes = Math.min(most, history / perMinute)
  const aged = minutes === most ? `, no more than ${file.maxAge} days (maxage)` : ''
  const how = `that disk ÷ ${round(perMinute)} bytes a minute at one of ${masters}${aged}`
  const peakMinutes = Math.min(most, history / perMinute / peak)
  return [
    {
      name: 'fileHistory',
      value: history,
      unit: 'bytes',
      about: 'disk that the log files take at each API server, at most',
      how: `${file.maxSize} MiB (maxsize) × ${file.maxBackup + 1} files (maxbackup + 1)`,
    },
    ...minuteFigures(minutes, how, peakMinutes, `the same ÷ ${peak}`, peak),
    {
      name: 'floodRequests',
      value: Math.ceil(history / FLOOD_EVENT_BYTES),
      unit: 'requests',
      about: 'refused requests with a header of 1 MB that push all of that history out',
      how: 'that disk ÷ 6,000,455 bytes: the largest event that such a request was seen to make',
    },
  ]
}

const minuteFigures = (
  minutes: number,
  how: string,
  peakMinutes: number,
  peakHow: string,
  peak: number,
): readonly Figure[] => [
  {
    name: 'fileHistoryMinutes',
    value: minutes,
    unit: 'minutes',
    about: 'that a collector may be down before events are lost',
    how,
  },
  {
    name: 'fileHistoryPeakMinutes',
    value: peakMinutes,
    unit: 'minutes',
    about: `the same while the log is ${peak} times busier than on average`,
    how: peakHow,
  },
]

const webhookFigures = (request: EstimateRequest): readonly Figure[] => {
  const { bytesPerDay, eventBytes, masters, peak, webhook } = request
  const rate = (bytesPerDay / eventBytes / DAY_SECONDS / masters) * peak
  const most = webhook.throttleQps * webhook.batchMaxSize
  const sent = Math.min(rate, most)
  const throttled = sent < rate ? ', held back by the throttle: the buffer overflows' : ''
  return [
    {
      name: 'webhookBuffer',
      value: webhook.bufferSize * eventBytes,
      unit: 'bytes',
      about: 'memory of each API server when the buffer of its webhook is full, at least',
      how: `${webhook.bufferSize} events (buffer-size) × ${round(eventBytes)} bytes`,
    },
    {
      name: 'webhookInFlight',
      value: sent * RETRY_SECONDS * eventBytes,
      unit: 'bytes',
      about: 'memory of each API server for batches under way while the receiver hangs, at least',
      how:
        `${round(sent)} events/s at ${peak} times the mean × ${RETRY_SECONDS} s of retries × ` +
        `${round(eventBytes)} bytes${throttled}`,
    },
  ]
}

/**
 * What a store needs of a log line, measured: 1,100 bytes as 95 to 115 on disk with indices. See
 * B10 of the benchmarks.
 */
export const COMPRESSION_MEASURED = 10

/** Seen at a live API server: a refused request whose Audit-ID is a megabyte of `<`. */
const FLOOD_EVENT_BYTES = 6_000_455
/** Five tries of 30 s with their pauses. Upstream: apiserver pkg/util/webhook/webhook.go. */
const RETRY_SECONDS = 248
const DAY_SECONDS = 86_400
const DAY_MINUTES = 1_440
const MIB = 1024 ** 2
const GIB = 1024 ** 3

/** Three digits are enough for what is explained. */
const round = (value: number): string => {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')
}
