import { formatPlace, type Issue, type Place } from '../../../base/issue.ts'
import type { FoundFlags, GivenFlag } from '../../../kubernetes/audit-flags/read-flags.ts'
import { Settings } from '../../../kubernetes/audit-flags/settings.ts'
import type { AuditPolicy } from '../../../kubernetes/audit-policy/policy.ts'
import { historyMinutes, LIBRARY_MAX_SIZE } from './flag-figures.ts'

/** Flags, and what is known of the API server that has them. */
export interface FlagRequest {
  readonly found: FoundFlags
  /** The N of Kubernetes 1.N. */
  readonly minor: number
  /** Events a second at one API server. */
  readonly rate: number
  readonly eventBytes: number
  /** The policy that it loads; undefined: nobody said. */
  readonly policy: AuditPolicy | undefined
}

/** Everything that is wrong with the flags of an API server, or worth knowing. */
export const checkFlags = (request: FlagRequest): readonly Issue[] => {
  const settings = new Settings(request.found.flags, request.minor)
  const check: Check = { ...request, settings, at: (name) => settings.placeOf(name) ?? {} }
  const first = [checkValues, checkRanges, checkPresence, checkMounts].flatMap((one) => one(check))
  // Where nothing is logged, it does not matter how.
  const isOff = first.some(({ code }) => code === 'flags/no-policy' || code === 'flags/no-backend')
  if (isOff) return first
  return [...first, ...checkLog(check), ...checkRotation(check), ...checkWebhook(check)]
}

interface Check extends FlagRequest {
  readonly settings: Settings
  /** Where a flag is given; nowhere when it is not. */
  at(name: string): Place
}

const issue = (code: string, message: string, at: Place): Issue => ({ code, message, at })

/** Talos gives the API server a policy and a log file by itself. */
const hasPolicy = ({ settings, found }: Check): boolean =>
  settings.text('audit-policy-file') !== '' || found.form === 'talos'

const hasLog = ({ settings, found }: Check): boolean =>
  settings.text('audit-log-path') !== '' || found.form === 'talos'

const hasWebhook = ({ settings }: Check): boolean =>
  settings.text('audit-webhook-config-file') !== ''

const checkValues = ({ settings, found }: Check): readonly Issue[] => {
  const seen = new Map<string, GivenFlag>()
  const twice: Issue[] = []
  for (const flag of found.flags) {
    const first = seen.get(flag.name)
    const where = first === undefined ? '' : formatPlace(first.at)
    const before = where === '' ? 'before' : `at ${where}`
    if (first !== undefined) {
      const message = `--${flag.name} is given ${before} as ${first.value}; what counts is ${flag.value}`
      twice.push(issue('flags/given-twice', message, flag.at))
    }
    seen.set(flag.name, flag)
  }
  const old = seen.get('audit-webhook-batch-initial-backoff')
  return [
    ...settings.faults.map(({ flag, message }) => issue('flags/refused', message, flag.at)),
    ...twice,
    ...(old === undefined
      ? []
      : [issue('flags/deprecated', `--${old.name} is deprecated`, old.at)]),
  ]
}

/** Values that are refused because of what others are. */
const checkRanges = (check: Check): readonly Issue[] => {
  const { settings } = check
  const positive = (name: string, isUsed: boolean): readonly Issue[] =>
    isUsed && settings.number(name) <= 0
      ? [issue('flags/refused', `--${name} must be above 0`, check.at(name))]
      : []
  const ofBackend = (backend: 'log' | 'webhook', isOn: boolean): readonly Issue[] => {
    if (!isOn) return []
    const name = (end: string): string => `audit-${backend}-${end}`
    const isBatch = settings.text(name('mode')) === 'batch'
    const isThrottled = isBatch && settings.on(name('batch-throttle-enable'))
    const [event, batch] = ['truncate-max-event-size', 'truncate-max-batch-size'].map(name)
    const isSmall = settings.number(batch ?? '') < settings.number(event ?? '')
    return [
      ...positive(name('batch-buffer-size'), isBatch),
      ...positive(name('batch-max-size'), isBatch),
      ...positive(name('batch-throttle-qps'), isThrottled),
      ...positive(name('batch-throttle-burst'), isThrottled),
      ...positive(name('truncate-max-event-size'), true),
      ...(isSmall
        ? [issue('flags/refused', `--${batch} is below --${event}`, check.at(batch ?? ''))]
        : []),
    ]
  }
  const negative = ['maxsize', 'maxbackup', 'maxage']
    .map((end) => `audit-log-${end}`)
    .filter((name) => hasLog(check) && settings.number(name) < 0)
  return [
    ...ofBackend('log', hasLog(check)),
    ...ofBackend('webhook', hasWebhook(check)),
    ...negative.map((name) =>
      issue('flags/refused', `--${name} must not be below 0`, check.at(name)),
    ),
  ]
}

const checkPresence = (check: Check): readonly Issue[] => {
  const { settings } = check
  const log = hasLog(check)
  const webhook = hasWebhook(check)
  if (!hasPolicy(check)) {
    const given = log ? 'audit-log-path' : 'audit-webhook-config-file'
    const message =
      log || webhook
        ? `--${given} is given, but no --audit-policy-file: nothing is logged`
        : 'no --audit-policy-file: nothing is logged'
    return [issue('flags/no-policy', message, check.at(given))]
  }
  if (!log && !webhook) {
    const message = 'neither --audit-log-path nor --audit-webhook-config-file: nothing is logged'
    return [issue('flags/no-backend', message, check.at('audit-policy-file'))]
  }
  return [
    ...(log ? [] : [issue('flags/no-log-file', 'no --audit-log-path', {})]),
    ...(webhook ? [] : [issue('flags/no-webhook', 'no --audit-webhook-config-file', {})]),
    ...(settings.text('audit-log-path') === '-'
      ? [issue('flags/log-to-stdout', '--audit-log-path=-', check.at('audit-log-path'))]
      : []),
  ]
}

const checkMounts = (check: Check): readonly Issue[] => {
  const { mounts } = check.found
  if (mounts === undefined) return []
  const covering = (path: string) =>
    mounts
      .filter(
        (mount) => path === mount.path || path.startsWith(`${mount.path.replace(/\/$/, '')}/`),
      )
      .toSorted((one, other) => other.path.length - one.path.length)[0]
  return ['audit-policy-file', 'audit-webhook-config-file', 'audit-log-path'].flatMap((name) => {
    const path = check.settings.text(name)
    if (path === '' || path === '-') return []
    const mount = covering(path)
    if (mount === undefined) {
      return [issue('flags/not-mounted', `no volumeMount has ${path} (--${name})`, check.at(name))]
    }
    if (name !== 'audit-log-path' || !mount.readOnly) return []
    return [
      issue('flags/not-mounted', `${mount.path} is mounted read-only (--${name})`, check.at(name)),
    ]
  })
}

const checkLog = (check: Check): readonly Issue[] => {
  const { settings, policy } = check
  if (!hasLog(check)) return []
  const mode = settings.text('audit-log-mode')
  const at = check.at('audit-log-mode')
  const omits = policy?.omitStages.includes('RequestReceived') === true
  const omitting = policy?.rules.filter(({ omitStages, level }) => {
    return level !== 'None' && (omits || omitStages.includes('RequestReceived'))
  }).length
  return [
    ...(settings.text('audit-log-format') === 'legacy'
      ? [issue('flags/legacy-format', '--audit-log-format=legacy', check.at('audit-log-format'))]
      : []),
    ...(mode === 'batch' ? [issue('flags/log-batch', '--audit-log-mode=batch', at)] : []),
    ...(mode === 'blocking' && settings.text('audit-log-path') !== '-'
      ? [issue('flags/full-disk', '--audit-log-mode is blocking', at)]
      : []),
    ...(mode === 'blocking-strict' && omitting === undefined
      ? [issue('flags/strict', '--audit-log-mode=blocking-strict', at)]
      : []),
    ...(mode === 'blocking-strict' && omitting !== undefined && omitting > 0
      ? [issue('flags/strict-without-stage', `${omitting} rules omit RequestReceived`, at)]
      : []),
    ...(settings.on('audit-log-truncate-enabled')
      ? [
          issue(
            'flags/log-truncated',
            truncationOf(settings, 'log'),
            check.at('audit-log-truncate-enabled'),
          ),
        ]
      : []),
  ]
}

const truncationOf = (settings: Settings, backend: 'log' | 'webhook'): string =>
  `events above ${settings.number(`audit-${backend}-truncate-max-event-size`)} bytes`

const checkRotation = (check: Check): readonly Issue[] => {
  const { settings, found } = check
  const names = ['audit-log-maxsize', 'audit-log-maxbackup', 'audit-log-maxage'] as const
  const path = settings.text('audit-log-path')
  // What Talos sets by itself is not known here.
  const isKnown = found.form !== 'talos' || names.some((name) => settings.isGiven(name))
  if (!hasLog(check) || path === '-' || !isKnown) return []
  const [size, backup, age] = names.map((name) => settings.number(name)) as [number, number, number]
  // Up to 1.35, no size is that of the library that writes the file.
  const files = size === 0 && settings.minor < 36 ? LIBRARY_MAX_SIZE : size
  const at = check.at('audit-log-maxsize')
  if (files === 0)
    return [issue('flags/no-rotation', '--audit-log-maxsize=0: one file that grows', at)]
  const minutes = historyMinutes(check)
  return [
    ...(backup === 0 ? [issue('flags/no-rotation', keptText(age), check.at(names[1]))] : []),
    ...(minutes < HISTORY_MINUTES_MIN
      ? [issue('flags/short-history', historyText(minutes, check), check.at(names[1]))]
      : []),
    ...(files < FILE_MIB_MIN ? [issue('flags/small-files', `files of ${files} MiB`, at)] : []),
    ...(files < 100 || (backup !== 0 && backup < 10) || (age !== 0 && age < 30)
      ? [issue('flags/benchmark', `maxsize ${files}, maxbackup ${backup}, maxage ${age}`, at)]
      : []),
  ]
}

const keptText = (age: number): string =>
  `--audit-log-maxbackup=0: files are kept ${age === 0 ? 'for ever' : `for ${age} days, however many`}`

const historyText = (minutes: number, { rate, eventBytes }: Check): string =>
  `log files reach ${Math.floor(minutes)} minutes back, at ${rate} events/s of ${eventBytes} bytes`

const HISTORY_MINUTES_MIN = 30
/** The largest event that one request was seen to make is 6 MB. */
const FILE_MIB_MIN = 16

const checkWebhook = (check: Check): readonly Issue[] => {
  const { settings, rate, eventBytes } = check
  if (!hasWebhook(check)) return []
  const mode = settings.text('audit-webhook-mode')
  const name = (end: string): string => `audit-webhook-${end}`
  if (mode !== 'batch') {
    return [issue('flags/webhook-blocks', `--audit-webhook-mode=${mode}`, check.at(name('mode')))]
  }
  const value = (end: string): number => settings.number(name(end))
  const wait = value('batch-max-wait')
  const buffer = value('batch-buffer-size')
  const isThrottled = settings.on(name('batch-throttle-enable'))
  const most = isThrottled ? value('batch-throttle-qps') * value('batch-max-size') : rate
  const place = (end: string): Place => check.at(name(end))
  return [
    ...(wait > WAIT_SECONDS_MAX
      ? [issue('flags/batch-wait', `a batch waits for ${wait} s`, place('batch-max-wait'))]
      : []),
    ...(most < Math.max(rate, EVENTS_A_SECOND_MIN) && isThrottled
      ? [issue('flags/throttle', `${most} events/s at most`, place('batch-throttle-qps'))]
      : []),
    ...(buffer < BUFFER_SECONDS_MIN * Math.max(rate, EVENTS_A_SECOND_MIN)
      ? [issue('flags/small-buffer', `${buffer} events`, place('batch-buffer-size'))]
      : []),
    ...(buffer * eventBytes > MEMORY_BYTES_MAX
      ? [
          issue(
            'flags/memory',
            `${buffer} events of ${eventBytes} bytes`,
            place('batch-buffer-size'),
          ),
        ]
      : []),
    ...truncation(check),
  ]
}

const truncation = (check: Check): readonly Issue[] => {
  const { settings, minor } = check
  const [on, size] = ['audit-webhook-truncate-enabled', 'audit-webhook-truncate-max-event-size']
  if (!settings.on(on ?? '')) {
    const message = '--audit-webhook-truncate-enabled is false'
    return minor <= 36 ? [issue('flags/no-truncation', message, check.at(on ?? ''))] : []
  }
  return settings.number(size ?? '') < EVENT_BYTES_MIN
    ? [issue('flags/small-events', truncationOf(settings, 'webhook'), check.at(size ?? ''))]
    : []
}

const WAIT_SECONDS_MAX = 5
/** A burst of a cluster that is otherwise quiet. */
const EVENTS_A_SECOND_MIN = 5_000
const BUFFER_SECONDS_MIN = 4
const MEMORY_BYTES_MAX = 2 * 1024 ** 3
/** Above the largest event that a header of a megabyte makes. */
const EVENT_BYTES_MIN = 8 * 1024 ** 2
