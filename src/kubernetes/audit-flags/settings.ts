import type { Place } from '../../base/issue.ts'
import { FLAGS, type FlagRow } from './flag-table.ts'
import type { GivenFlag } from './read-flags.ts'

/** What is wrong with a flag so that an API server does not start. */
export interface FlagFault {
  readonly flag: GivenFlag
  readonly message: string
}

/** The values that an API server has for its flags about audit, given or not. */
export class Settings {
  readonly minor: number
  /** Unknown flags and values that mean nothing. */
  readonly faults: readonly FlagFault[]
  /** Of a flag that is given several times the last one counts. */
  readonly #given: ReadonlyMap<string, GivenFlag>

  /** `minor`: the N of Kubernetes 1.N. */
  constructor(flags: readonly GivenFlag[], minor: number) {
    this.minor = minor
    this.faults = flags.flatMap(faultOf)
    const usable = flags.filter((flag) => faultOf(flag).length === 0)
    this.#given = new Map(usable.map((flag) => [flag.name, flag]))
  }

  isGiven(name: string): boolean {
    return this.#given.has(name)
  }

  /** Where a flag is given. */
  placeOf(name: string): Place | undefined {
    return this.#given.get(name)?.at
  }

  text(name: string): string {
    return this.#given.get(name)?.value ?? rowOf(name).initial(this.minor)
  }

  /** A number; of a time, its seconds. */
  number(name: string): number {
    const text = this.text(name)
    return rowOf(name).type === 'seconds' ? (secondsOf(text) ?? 0) : Number(text)
  }

  on(name: string): boolean {
    return isTrue(this.text(name))
  }
}

const rowOf = (name: string): FlagRow => {
  const row = FLAGS.get(name)
  if (row === undefined) throw new Error(`bug: there is no flag ${name}`)
  return row
}

const faultOf = (flag: GivenFlag): readonly FlagFault[] => {
  const row = FLAGS.get(flag.name)
  if (row === undefined) return [{ flag, message: `there is no flag --${flag.name}` }]
  const wanted = wantedOf(row, flag.value)
  if (wanted === undefined) return []
  return [{ flag, message: `--${flag.name}=${flag.value} is not ${wanted}` }]
}

/** What a value should be and is not. */
const wantedOf = ({ type, choices }: FlagRow, value: string): string | undefined => {
  if (choices !== undefined && !choices.includes(value)) return `one of ${choices.join(', ')}`
  switch (type) {
    case 'text':
      return undefined
    case 'integer':
      return /^-?\d{1,18}$/.test(value) ? undefined : 'a whole number'
    case 'number':
      return value !== '' && Number.isFinite(Number(value)) ? undefined : 'a number'
    case 'switch':
      return isTrue(value) || isFalse(value) ? undefined : 'true or false'
    case 'seconds':
      return secondsOf(value) === undefined ? 'a time such as 1s or 500ms' : undefined
  }
}

/** Upstream: golang strconv, ParseBool. */
const isTrue = (text: string): boolean => /^(1|t|T|true|TRUE|True)$/.test(text)
const isFalse = (text: string): boolean => /^(0|f|F|false|FALSE|False)$/.test(text)

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
}

/** Upstream: golang time, ParseDuration. */
const secondsOf = (text: string): number | undefined => {
  if (text === '0') return 0
  const [, sign, rest = ''] = /^([-+]?)(.*)$/s.exec(text) ?? []
  if (!/^((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(rest)) return undefined
  let seconds = 0
  for (const [, number, unit = ''] of rest.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) {
    seconds += Number(number) * (UNITS[unit] ?? 0)
  }
  return sign === '-' ? -seconds : seconds
}
