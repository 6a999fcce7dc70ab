import {
  COMPRESSION_MEASURED,
  type EstimateRequest,
  estimate,
} from '../../advise/policy/estimate.ts'
import { Simulation } from '../../advise/policy/simulate.ts'
import { RecordedEvent } from '../../advise/policy/simulate-record.ts'
import { type AuditPolicy, policyRule } from '../../kubernetes/audit-policy/policy.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { estimateText } from '../output/estimate-text.ts'
import { jsonLine } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { perDayOf } from '../output/simulation-record.ts'
import { readPolicyEvents } from '../policy-events.ts'
import { readPolicy } from '../policy-file.ts'
import { columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch policy estimate`. */
export const runPolicyEstimate = async (given: Given, shell: Shell): Promise<number> => {
  const rate = await rateOf(given, shell)
  if (typeof rate === 'number') return rate
  const request = requestOf(given, rate)
  const figures = estimate(request)
  if (given.text('format') === 'json') {
    const record = { basis: rate.basis, atLeast: rate.isAtLeast, request, figures }
    await shell.output.write(`${jsonLine(record)}\n`)
    return rate.exit
  }
  const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
  const width = columnsOf(shell.output, shell)
  await shell.output.write(estimateText(request, figures, rate, width, palette))
  return rate.exit
}

/** How much is logged, and how that is known. */
interface Rate {
  readonly bytesPerDay: number
  readonly eventBytes: number
  readonly masters: number
  /** In a sentence. */
  readonly basis: string
  /** Of some events only a part is known. */
  readonly isAtLeast: boolean
  /** Some of the logs may have been bad. */
  readonly exit: number
}

/** The rate, or the exit code where logs could not be read. */
async function rateOf(given: Given, shell: Shell): Promise<Rate | number> {
  const size = given.text('bytes-per-day')
  if (given.arguments.length > 0 && size !== undefined) {
    throw wrong('logs and --bytes-per-day both say how much is logged', 'give one of them')
  }
  if (given.arguments.length > 0) return rateOfLogs(given, shell)
  if (given.text('policy') !== undefined) {
    throw wrong('a policy alone logs nothing', 'give logs to try it on')
  }
  if (size === undefined)
    throw wrong('nothing says how much is logged', 'give logs, or --bytes-per-day')
  return {
    bytesPerDay: bytesOf(size, 'bytes-per-day'),
    eventBytes: EVENT_BYTES,
    masters: MASTERS,
    basis: `${size} of log lines a day, as given`,
    isAtLeast: false,
    exit: EXIT.nothing,
  }
}

const EVENT_BYTES = 1_500
const MASTERS = 3

async function rateOfLogs(given: Given, shell: Shell): Promise<Rate | number> {
  const file = given.text('policy')
  const policy = file === undefined ? AS_RECORDED : (await readPolicy(file, shell)).policy
  const simulation = new Simulation(policy)
  const read = await readPolicyEvents(given, given.arguments, shell, (event, block, offset) => {
    simulation.add(new RecordedEvent(event, block, offset))
  })
  if (read.events === 0) return read.exit
  const result = simulation.result()
  // Without a policy everything is taken as it was recorded, whatever its level.
  const flow = file === undefined ? result.total.recorded : result.total.logged
  const day = perDayOf(result)
  if (day === undefined || flow.events === 0) {
    throw wrong(
      flow.events === 0 ? 'nothing of these logs is logged' : 'these logs span less than a second',
      'give --bytes-per-day instead',
    )
  }
  const isAtLeast = file !== undefined && result.total.unknownBytes > 0
  return {
    bytesPerDay: flow.bytes * day.factor,
    eventBytes: flow.bytes / flow.events,
    masters: read.servers.length,
    basis: `${file === undefined ? 'the logs as they are' : `what ${file} logs of them`}, a day of ${
      day.factor >= 1 ? `${day.factor.toFixed(1)} times` : 'the mean of'
    } what they span`,
    isAtLeast,
    exit: read.exit,
  }
}

/** Decides nothing: only what was recorded is counted. */
const AS_RECORDED: AuditPolicy = {
  rules: [policyRule('Metadata')],
  omitStages: [],
  omitManagedFields: false,
}

function requestOf(given: Given, rate: Rate): EstimateRequest {
  const eventBytes = given.text('event-bytes')
  const masters = given.text('masters')
  const price = given.text('price')
  return {
    bytesPerDay: rate.bytesPerDay,
    eventBytes: eventBytes === undefined ? rate.eventBytes : bytesOf(eventBytes, 'event-bytes'),
    masters: masters === undefined ? rate.masters : numberOf(given, 'masters', 1),
    retentionDays: numberOf(given, 'retention', 1),
    copies: numberOf(given, 'copies', 1),
    compression: numberOf(given, 'compression', COMPRESSION_MEASURED),
    price: price === undefined ? undefined : numberOf(given, 'price', 0),
    peak: numberOf(given, 'peak', 1),
    file: {
      maxSize: wholeOf(given, 'maxsize'),
      maxBackup: wholeOf(given, 'maxbackup'),
      maxAge: wholeOf(given, 'maxage'),
    },
    webhook: {
      bufferSize: numberOf(given, 'buffer-size', 1),
      batchMaxSize: numberOf(given, 'batch-max-size', 1),
      throttleQps: numberOf(given, 'throttle-qps', 1),
    },
  }
}

/** A number above 0. */
function numberOf(given: Given, name: string, otherwise: number): number {
  const text = given.text(name)
  if (text === undefined) return otherwise
  const value = Number(text)
  if (/^\d{1,12}(\.\d{1,6})?$/.test(text) && value > 0) return value
  throw wrong(`--${name} "${text}" is no number above 0`, 'write it as 30, or 0.5')
}

function wholeOf(given: Given, name: string): number {
  const text = given.text(name) ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw wrong(`--${name} "${text}" is no whole number`, 'write it as 10')
}

/** `70MB`, `3.5GiB`, `1500`. */
function bytesOf(text: string, name: string): number {
  const [, number = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)\s*([kKMGTP]i?)?B?$/.exec(text) ?? []
  const [letter = '', binary] = unit
  const power = ' KMGTP'.indexOf(letter.toUpperCase() || ' ')
  const value = Number(number) * (binary === undefined ? 1000 : 1024) ** power
  if (number !== '' && value > 0) return value
  throw wrong(`--${name} "${text}" is no size`, 'write it as 70MB, 3.5GiB or 1500')
}
