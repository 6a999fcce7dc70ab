/** What a figure means and what it must reach. Floors fail the build, targets are reported. */
export interface Figure {
  readonly id: string
  readonly about: string
  readonly unit: '÷ B0' | '×' | '%' | 'bytes' | 'MB' | 'ms' | 'events' | 'findings'
  readonly better: 'lower' | 'higher'
  readonly floor: number
  readonly target: number
}

/** A figure as measured. */
export interface Measured {
  readonly figure: Figure
  readonly value: number
  /** Median absolute deviation, in the figure's unit. */
  readonly deviation: number
  readonly rounds: number
  /** The machine was too restless to say anything: shown, and no floor is held against it. */
  readonly refused: boolean
  /** Anything that belongs beside the figure, such as absolute speed. */
  readonly note: string
}

/** The names of the figures. */
export type FigureName =
  | 'listFraming'
  | 'lineFraming'
  | 'decodeMixed'
  | 'decodeBodies'
  | 'decodeHostile'
  | 'rulesOnly'
  | 'rulesScaling'
  | 'rulesScalingMost'
  | 'rulesEndToEnd'
  | 'selectivity'
  | 'selectivityLate'
  | 'loading'
  | 'correlating'
  | 'distinctValues'
  | 'policyFew'
  | 'policyMany'
  | 'policyFewGo'
  | 'policyManyGo'
  | 'whatIf'
  | 'identity'
  | 'identityFurther'
  | 'keyFlood'
  | 'huntManyRules'
  | 'scaling'
  | 'huntOneCore'
  | 'huntTwoCores'
  | 'memory'
  | 'help'
  | 'ruleTest'
  | 'storedHot'
  | 'storedOld'
  | 'storedColumns'
  | 'insertPath'
  | 'served'
  | 'servedCpu'
  | 'imported'
  | 'latency'
  | 'killMissing'
  | 'killTwice'
  | 'overloadLost'
  | 'overloadMemory'
  | 'overloadRecovery'
  | 'idleMemory'
  | 'idleMemoryMany'
  | 'ready'
  | 'idleCpu'

/** Every figure, in the order of the table. */
export const FIGURES: Readonly<Record<FigureName, Figure>> = {
  listFraming: {
    id: 'B1 EventList',
    about: 'find the events in webhook bodies of 400: time',
    unit: '÷ B0',
    better: 'lower',
    floor: 0.5,
    target: 0.35,
  },
  lineFraming: {
    id: 'B1 NDJSON',
    about: 'find the events in a log file: time',
    unit: '÷ B0',
    better: 'lower',
    floor: 0.05,
    target: 0.02,
  },
  decodeMixed: {
    id: 'B2',
    about: 'decode `mixed` to canonical events: events/s',
    unit: '÷ B0',
    better: 'higher',
    floor: 0.75,
    target: 0.88,
  },
  decodeBodies: {
    id: 'B2b',
    about: 'decode `bodies` to canonical events: events/s',
    unit: '÷ B0',
    better: 'higher',
    floor: 1.2,
    target: 1.2,
  },
  decodeHostile: {
    id: 'B21',
    about: 'decode `hostile`: time',
    unit: '÷ B0',
    better: 'lower',
    floor: 5,
    target: 2,
  },
  rulesOnly: {
    id: 'B3',
    about: '500 rules over decoded events: time',
    unit: '÷ B0',
    better: 'lower',
    floor: 0.6,
    target: 0.18,
  },
  rulesScaling: {
    id: 'B4',
    about: '1,000 rules instead of 10 over decoded events: time',
    unit: '×',
    better: 'lower',
    floor: 15,
    target: 8,
  },
  rulesScalingMost: {
    id: 'B4 10,000',
    about: '10,000 rules instead of 1,000: time',
    unit: '×',
    better: 'lower',
    floor: 6,
    target: 3,
  },
  rulesEndToEnd: {
    id: 'B4 end to end',
    about: '1,000 rules instead of 10, decode included: time',
    unit: '×',
    better: 'lower',
    floor: 1.5,
    target: 1.25,
  },
  selectivity: {
    id: 'B4b mean',
    about: 'rules that are asked for an event',
    unit: '%',
    better: 'lower',
    floor: 5,
    target: 1,
  },
  selectivityLate: {
    id: 'B4b p95',
    about: 'the same for the 95th of 100 events',
    unit: '%',
    better: 'lower',
    floor: 10,
    target: 5,
  },
  loading: {
    id: 'B19',
    about: 'load 1,000 rules from YAML: parse, plan, emit, index',
    unit: 'ms',
    better: 'lower',
    floor: 3000,
    target: 500,
  },
  correlating: {
    id: 'B16',
    about:
      'decode and 500 rules, with 20 correlations that a tenth of the events count for: events/s',
    unit: '×',
    better: 'higher',
    floor: 0.5,
    target: 0.8,
  },
  distinctValues: {
    id: 'B16b',
    about: 'count values of which a window holds 10,000 instead of 10: hits/s',
    unit: '×',
    better: 'higher',
    floor: 0.3,
    target: 0.8,
  },
  identity: {
    id: 'B15',
    about: 'a correlation: memory of each identity',
    unit: 'bytes',
    better: 'lower',
    floor: 300,
    target: 160,
  },
  identityFurther: {
    id: 'B15 further',
    about: 'each further correlation: memory of each identity',
    unit: 'bytes',
    better: 'lower',
    floor: 100,
    target: 40,
  },
  keyFlood: {
    id: 'B16c',
    about: 'a slow burn is found in a flood of keys: state, of what it may take',
    unit: '×',
    better: 'lower',
    floor: 1,
    target: 1,
  },
  policyFew: {
    id: 'B18, 20 rules',
    about: 'which rule of an audit policy decides, to trying one after the other: time',
    unit: '×',
    better: 'lower',
    floor: 1,
    target: 0.5,
  },
  policyMany: {
    id: 'B18, 300 rules',
    about: 'the same of a policy of 300 rules',
    unit: '×',
    better: 'lower',
    floor: 0.5,
    target: 0.1,
  },
  policyFewGo: {
    id: 'B18 Go, 20 rules',
    about: 'the same, to the evaluator of the API server itself, in Go: time',
    unit: '×',
    better: 'lower',
    floor: 3,
    target: 1.5,
  },
  policyManyGo: {
    id: 'B18 Go, 300 rules',
    about: 'the same of a policy of 300 rules',
    unit: '×',
    better: 'lower',
    floor: 1,
    target: 0.3,
  },
  whatIf: {
    id: 'B18b',
    about: 'what an audit policy would log of recorded events, by rule, on columns: events/s',
    unit: '÷ B0',
    better: 'higher',
    floor: 1,
    target: 10,
  },
  huntManyRules: {
    id: 'hunt, 500 rules',
    about: '`deckwatch hunt` on one core with the built-in rules and others, 500 in all: events/s',
    unit: '÷ B0',
    better: 'higher',
    floor: 0.25,
    target: 0.75,
  },
  scaling: {
    id: 'B7',
    about: 'hunt with two workers instead of one: speed-up',
    unit: '×',
    better: 'higher',
    floor: 1.2,
    target: 1.75,
  },
  huntOneCore: {
    id: 'hunt, 1 core',
    about: 'whole `deckwatch hunt` of `mixed` on one core: events/s',
    unit: '÷ B0',
    better: 'higher',
    floor: 0.25,
    target: 0.75,
  },
  huntTwoCores: {
    id: 'hunt, 2 cores',
    about: 'the same on two cores: events/s',
    unit: '÷ B0',
    better: 'higher',
    floor: 0.4,
    target: 1.3,
  },
  memory: {
    id: 'memory',
    about: 'peak resident memory of that hunt',
    unit: 'MB',
    better: 'lower',
    floor: 400,
    target: 400,
  },
  help: {
    id: 'start, help',
    about: '`deckwatch --help` of the built package',
    unit: 'ms',
    better: 'lower',
    floor: 400,
    target: 250,
  },
  ruleTest: {
    id: 'start, rule test',
    about: '`deckwatch rule test` of one file, built package',
    unit: 'ms',
    better: 'lower',
    floor: 400,
    target: 250,
  },
  storedHot: {
    id: 'B10',
    about: 'bytes of a stored event of `meta`, raw and indices included, to zstd -19 of the log',
    unit: '×',
    better: 'lower',
    floor: 3,
    target: 2.2,
  },
  storedOld: {
    id: 'B10 old',
    about: 'the same of events older than a week, compressed anew',
    unit: '×',
    better: 'lower',
    floor: 2,
    target: 1.5,
  },
  storedColumns: {
    id: 'B10 columns',
    about: 'of these the columns, without raw bytes',
    unit: '×',
    better: 'lower',
    floor: 1.4,
    target: 1,
  },
  insertPath: {
    id: 'B11',
    about: 'write and insert rows, to inserting them as JSONEachRow: time of the processor',
    unit: '×',
    better: 'lower',
    floor: 1,
    target: 0.4,
  },
  served: {
    id: 'B5',
    about: 'webhook bodies of 400 events to rows in the embedded store, 500 rules: events/s',
    unit: '÷ B0',
    better: 'higher',
    floor: 0.03,
    target: 0.5,
  },
  servedCpu: {
    id: 'B5b',
    about: 'time of the processor for that, engine included',
    unit: '÷ B0',
    better: 'lower',
    floor: 35,
    target: 3,
  },
  imported: {
    id: 'B6',
    about: '`deckwatch replay` of a compressed log into the embedded store: bytes/s',
    unit: '÷ B0',
    better: 'higher',
    floor: 0.04,
    target: 0.6,
  },
  latency: {
    id: 'B14',
    about: 'last byte of a body to the line of its finding at 4,000 events/s, 500 rules: p99',
    unit: 'ms',
    better: 'lower',
    floor: 500,
    target: 50,
  },
  killMissing: {
    id: 'B14b missing',
    about: 'findings of acknowledged events that are never told when it is killed',
    unit: 'findings',
    better: 'lower',
    floor: 0,
    target: 0,
  },
  killTwice: {
    id: 'B14b twice',
    about: 'findings that are told as new before and after it is killed',
    unit: 'findings',
    better: 'lower',
    floor: 0,
    target: 0,
  },
  overloadLost: {
    id: 'B17 lost',
    about: '12,000 events/s: acknowledged events that are not in the store afterwards',
    unit: 'events',
    better: 'lower',
    floor: 0,
    target: 0,
  },
  overloadMemory: {
    id: 'B17 memory',
    about: 'the same: peak resident memory of all processes',
    unit: 'MB',
    better: 'lower',
    floor: 1_300,
    target: 512,
  },
  overloadRecovery: {
    id: 'B17 recovery',
    about: 'the same: until all is stored, to how long it lasted',
    unit: '×',
    better: 'lower',
    floor: 2,
    target: 2,
  },
  idleMemory: {
    id: 'B20',
    about: 'resident memory of `deckwatch serve` and its engine, idle, built-in rules',
    unit: 'MB',
    better: 'lower',
    floor: 900,
    target: 450,
  },
  idleMemoryMany: {
    id: 'B20, 500 rules',
    about: 'the same with 500 rules',
    unit: 'MB',
    better: 'lower',
    floor: 900,
    target: 450,
  },
  ready: {
    id: 'B20 ready',
    about: 'from its start until it says it is ready, 500 rules',
    unit: 'ms',
    better: 'lower',
    floor: 8_000,
    target: 3_000,
  },
  idleCpu: {
    id: 'B20 CPU',
    about: 'of one core, at 10 events/s, 500 rules',
    unit: '%',
    better: 'lower',
    floor: 10,
    target: 1,
  },
}

/** Whether a value is at least as good as a bound. */
export const reaches = (figure: Figure, value: number, bound: number): boolean =>
  figure.better === 'lower' ? value <= bound : value >= bound
