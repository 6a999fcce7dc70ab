import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { UNKNOWN, YES } from '../../base/truth.ts'
import type { EventRef, Finding } from '../../model/finding.ts'
import { type ActRecord, NO_CONTENT, type Signal } from '../act.ts'
import type { CompiledRule } from '../compile.ts'
import { compileRules } from '../compile.ts'
import type { CountedAct } from '../counted-act.ts'
import { ActFold } from '../fold.ts'
import type { ActCount } from './act-count.ts'
import { LiveActs } from './live-acts.ts'
import { toStoredSignal } from './stored-signal.ts'

const RULES: readonly CompiledRule[] = compileRules([
  {
    file: 'rules.yaml',
    text: ['rule-0', 'rule-1', 'rule-2']
      .map(
        (id) =>
          `title: ${id}\nid: ${id}\nlogsource: { product: kubernetes, service: audit }\ndetection: { s: { verb: get }, condition: s }\n`,
      )
      .join('---\n'),
  },
]).rules

const digest = (name: string): string => hash('sha256', name).slice(0, 32)

const STAGES = ['RequestReceived', 'ResponseStarted', 'Panic', 'ResponseComplete'] as const

const eventOf = (name: string, rank: number, file: string): EventRef => ({
  id: `${file}:${name}:${rank}`,
  auditID: name,
  stage: STAGES[rank] ?? '',
  time: '2026-11-20T00:00:00Z',
  server: file,
  file,
  offset: name.length,
  length: 1,
})

const findingOf = (rule: number, outcome: Finding['outcome']): Finding => ({
  id: '',
  time: '2026-11-20T00:00:00Z',
  cluster: 'c',
  server: 's',
  rule: {
    id: `rule-${rule}`,
    title: '',
    level: 'low',
    detection: undefined,
    techniques: [],
    tactics: [],
    threatMatrix: [],
  },
  actor: {
    name: 'bob',
    kind: 'human',
    impersonator: undefined,
    peer: undefined,
    userAgent: undefined,
  },
  target: { verb: 'get', resource: 'pods', namespace: undefined, name: undefined },
  outcome,
  reason: '',
  fields: [],
  events: [],
})

const yes = (rule: number, outcome: Finding['outcome'] = 'allowed'): Signal => ({
  rule,
  truth: YES,
  reasons: [],
  finding: findingOf(rule, outcome),
})

const unknown = (rule: number): Signal => ({
  rule,
  truth: UNKNOWN,
  reasons: ['stage'],
  finding: undefined,
})

interface Seen {
  readonly name?: string
  readonly rank: number
  readonly signals: readonly Signal[]
  readonly variant?: string
  readonly file?: string
  readonly counts?: boolean
}

const recordOf = ({
  name = 'a',
  rank,
  signals,
  variant = '',
  file = 'a.log',
  counts,
}: Seen): ActRecord => {
  const key = digest(name)
  const rules = signals.map(({ rule, truth, reasons }) => ({ rule, truth, reasons }))
  const { time, cluster, server, actor, target, outcome } = findingOf(0, 'allowed')
  const counted: CountedAct = {
    timeUs: 1_000_000,
    origin: key,
    cluster: 'c',
    rules,
    values: {},
    subject: { time, cluster, server, actor, target, outcome },
  }
  return {
    key,
    rank,
    content: signals.length === 0 ? NO_CONTENT : digest(`${name} ${rank} ${variant}`),
    events: signals.length === 0 ? [] : [eventOf(name, rank, `${file}${variant}`)],
    signals,
    ...(counts === true && signals.length > 0 ? { counted } : {}),
  }
}

/** What was told, and not taken back. */
class Told {
  readonly findings = new Map<string, Finding>()
  readonly actOf = new Map<string, string>()
  readonly log: string[] = []
  readonly counts = new Map<string, ActCount>()
  readonly collisions = new Map<string, readonly EventRef[]>()
  acts: LiveActs = this.another()

  another(rules: readonly CompiledRule[] = RULES): LiveActs {
    return new LiveActs(rules, {
      found: (finding, isUpdate, act) => {
        expect(isUpdate).toBe(this.actOf.has(finding.id))
        this.findings.set(finding.id, finding)
        this.actOf.set(finding.id, act)
        this.log.push(isUpdate ? 'update' : 'found')
      },
      withdrawn: (id) => {
        expect(this.findings.delete(id)).toBe(true)
        this.log.push('withdrawn')
      },
      counted: (count, before) => {
        expect(before?.act).toEqual(this.counts.get(count.act)?.act)
        this.counts.set(count.act, count)
        this.log.push('counted')
      },
      collided: (events, act) => this.collisions.set(act, events),
    })
  }

  /** Another process goes on with what was told and stored. */
  restart(seen: readonly ActRecord[]): void {
    const open = [...this.acts.open()]
    const told = [...this.findings.values()].map((finding) => ({
      finding,
      act: this.actOf.get(finding.id) ?? '',
    }))
    const ended = seen
      .filter(({ rank }) => rank >= 2)
      .map(({ key, content }) => ({ act: key, content }))
    this.acts = this.another()
    const signals = [...this.counts.values()].flatMap((one) => toStoredSignal(RULES, one) ?? [])
    this.acts.seed({ told, signals, ended, open }, 0)
  }
}

const live = (records: readonly ActRecord[], restartAt = -1): Told => {
  const told = new Told()
  for (const [at, record] of records.entries()) {
    if (at === restartAt) told.restart(records.slice(0, at))
    told.acts.add(record, at)
  }
  return told
}

const SECOND = 1_000_000

describe('an act, live', () => {
  it('is told at the first stage that matches, and again when something shown changes', () => {
    const { log, findings } = live([
      recordOf({ rank: 1, signals: [yes(0, undefined)] }),
      recordOf({ rank: 1, signals: [yes(0, undefined)] }),
      recordOf({ rank: 3, signals: [yes(0)] }),
      recordOf({ rank: 3, signals: [yes(0)] }),
    ])
    expect(log).toEqual(['found', 'update'])
    const [finding] = findings.values()
    expect(finding?.outcome).toBe('allowed')
    expect(finding?.events.map(({ stage }) => stage)).toEqual([
      'ResponseStarted',
      'ResponseComplete',
    ])
  })

  it('names the copy that came the other way, and is not told twice', () => {
    const { log, findings } = live([
      recordOf({ rank: 3, signals: [yes(0)], file: 'webhook' }),
      recordOf({ rank: 3, signals: [yes(0)], file: 'audit.log' }),
    ])
    expect(log).toEqual(['found', 'update'])
    expect([...findings.values()][0]?.events.map(({ file }) => file)).toEqual([
      'audit.log',
      'webhook',
    ])
  })

  it('is taken back when a later stage says otherwise', () => {
    expect(
      live([recordOf({ rank: 1, signals: [yes(0)] }), recordOf({ rank: 3, signals: [] })]).log,
    ).toEqual(['found', 'withdrawn'])
  })

  it('with two contents is two findings, whichever came first, and a collision', () => {
    const pair = [1, 2].map((n) => recordOf({ rank: 3, signals: [yes(0)], variant: `${n}` }))
    const { findings, collisions, log } = live(pair)
    expect(findings.size).toBe(2)
    expect(log.filter((one) => one === 'withdrawn')).toHaveLength(1)
    expect([...collisions.values()].flat().map(({ file }) => file)).toEqual(['a.log1', 'a.log2'])
    expect(new Set(live(pair.reverse()).findings.keys())).toEqual(new Set(findings.keys()))
  })

  it('counts at its first certain match, and again when it counts for more', () => {
    const { log, counts } = live([
      recordOf({ rank: 0, signals: [unknown(0)], counts: true }),
      recordOf({ rank: 1, signals: [yes(0), unknown(1)], counts: true }),
      recordOf({ rank: 3, signals: [yes(0), yes(1)], counts: true }),
    ])
    expect(log.filter((one) => one === 'counted')).toHaveLength(2)
    const [count] = counts.values()
    expect(count?.entries[0]?.counted.rules.map(({ truth }) => truth)).toEqual([YES, YES])
    expect(count?.entries[0]?.events).toHaveLength(3)
  })

  it('counts no longer when its end says "no"', () => {
    const { counts } = live([
      recordOf({ rank: 1, signals: [yes(0)], counts: true }),
      recordOf({ rank: 3, signals: [] }),
    ])
    expect([...counts.values()].map(({ entries }) => entries)).toEqual([[]])
  })

  it('that is never completed counts after LIMIT.liveReceivedSecondsMax, as it stands', () => {
    const told = live([recordOf({ rank: 0, signals: [unknown(0)], counts: true })])
    told.acts.tick(LIMIT.liveReceivedSecondsMax * SECOND)
    expect(told.log).toEqual([])
    told.acts.tick((LIMIT.liveReceivedSecondsMax + 1) * SECOND)
    expect(told.log).toEqual(['counted'])
    expect(told.acts.tallies[0]).toEqual({ findings: 0, cannotTell: 1, reasons: { stage: 1 } })
    told.acts.add(recordOf({ rank: 3, signals: [yes(0)], counts: true }), 100 * SECOND)
    expect(told.log).toEqual(['counted', 'found', 'counted'])
    expect(told.acts.tallies[0]?.cannotTell).toBe(1)
  })

  it('that has begun to answer is waited for as long as LIMIT.liveStartedSecondsMax', () => {
    const told = live([recordOf({ rank: 1, signals: [unknown(0)], counts: true })])
    told.acts.tick(LIMIT.liveStartedSecondsMax * SECOND)
    expect(told.log).toEqual([])
    told.acts.tick((LIMIT.liveStartedSecondsMax + 1) * SECOND)
    expect(told.log).toEqual(['counted'])
  })

  it('is kept for LIMIT.liveKeptSecondsMax; a copy that comes later adds nothing', () => {
    const copyAt = (seconds: number): readonly string[] => {
      const told = live([recordOf({ rank: 3, signals: [yes(0)] })])
      told.acts.tick(seconds * SECOND)
      told.acts.add(recordOf({ rank: 3, signals: [yes(0)], file: 'b.log' }), seconds * SECOND)
      return told.log
    }
    expect(copyAt(LIMIT.liveKeptSecondsMax)).toEqual(['found', 'update'])
    expect(copyAt(LIMIT.liveKeptSecondsMax + 1)).toEqual(['found'])
  })

  it('goes on with other rules: what those said that are gone is forgotten, not taken back', () => {
    const told = live([recordOf({ rank: 1, signals: [yes(0), yes(2)], counts: true })])
    told.acts.reload(RULES.slice(1))
    told.acts.add(recordOf({ rank: 3, signals: [{ ...yes(2), rule: 1 }], counts: true }), 2)
    expect(told.log.slice(0, 3)).toEqual(['found', 'found', 'counted'])
    expect(told.log).not.toContain('withdrawn')
    const rules = [...told.findings.values()].map(({ rule }) => rule.id)
    expect(rules.sort()).toEqual(['rule-0', 'rule-2'])
  })
})

/** Records as they could be logged: the content follows from what the event says. */
const seen = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c'),
    rank: fc.constantFrom(0, 1, 3),
    truths: fc.subarray([0, 1, 2], { minLength: 1 }),
    isYes: fc.boolean(),
    file: fc.constantFrom('file', 'webhook'),
  })
  .map(({ name, rank, truths, isYes, file }) => {
    const signals = truths.map((rule) => (isYes ? yes(rule) : unknown(rule)))
    return recordOf({ name, rank, signals, variant: `${truths}${isYes}`, file, counts: true })
  })

const shown = (findings: Iterable<Finding>): unknown =>
  [...findings]
    .map(({ id, events }) => ({ id, events: events.map((one) => one.id).sort() }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))

const rulesCounted = (counts: Iterable<Pick<ActCount, 'entries'>>): unknown =>
  [...counts]
    .flatMap(({ entries }) => entries)
    .map(({ counted }) => JSON.stringify([counted.origin, counted.rules]))
    .sort()

describe('what was told and not taken back', () => {
  const folded = (records: readonly ActRecord[]) => {
    const counts: Pick<ActCount, 'entries'>[] = []
    const fold = new ActFold(
      RULES.length,
      () => {},
      (counted, events) => counts.push({ entries: [{ counted, events }] }),
    )
    for (const record of records) fold.add(record)
    return { ...fold.finish(), counts }
  }

  it('is what a hunt finds in the same records, in any order', () => {
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 10 }), (records) => {
        const told = live(records)
        told.acts.tick(Number.MAX_SAFE_INTEGER)
        const { findings, counts } = folded(records)
        expect([...told.findings.keys()].sort()).toEqual(findings.map(({ id }) => id).sort())
        expect(rulesCounted(told.counts.values())).toEqual(rulesCounted(counts))
      }),
      { seed: 7, numRuns: 1_000 },
    )
  })

  it('is the same after a restart, and has the same events, if no act has two contents', () => {
    const whole = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      rank: fc.constantFrom(0, 1, 3),
      file: fc.constantFrom('file', 'webhook'),
    })
    fc.assert(
      fc.property(fc.array(whole, { maxLength: 12 }), fc.nat(12), (stages, restartAt) => {
        const records = stages.map(({ name, rank, file }) =>
          recordOf({
            name,
            rank,
            file,
            signals: rank === 0 ? [unknown(1)] : [yes(1)],
            counts: true,
          }),
        )
        const told = live(records, restartAt)
        const { findings, counts } = folded(records)
        told.acts.tick(Number.MAX_SAFE_INTEGER)
        expect(shown(told.findings.values())).toEqual(shown(findings))
        expect(rulesCounted(told.counts.values())).toEqual(rulesCounted(counts))
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})

describe('bounds', () => {
  it('LIMIT.liveActsOpenMax: the oldest open act is judged as it stands, and that is said', () => {
    const told = new Told()
    for (let n = 0; n < LIMIT.liveActsOpenMax + 3; n += 1) {
      told.acts.add(recordOf({ name: `${n}`, rank: 0, signals: [unknown(0)] }), 0)
    }
    expect(told.acts.losses.evicted).toBe(3)
    expect(told.acts.tallies[0]?.cannotTell).toBe(3)
  })

  it('LIMIT.liveActsKeptMax: what was found longest ago gains no more events', () => {
    const told = new Told()
    const found = (name: string, file: string): ActRecord =>
      recordOf({ name, rank: 3, signals: [yes(0)], file })
    for (let n = 0; n <= LIMIT.liveActsKeptMax; n += 1) told.acts.add(found(`${n}`, 'a.log'), 0)
    told.log.length = 0
    told.acts.add(found('0', 'b.log'), 0)
    told.acts.add(found('1', 'b.log'), 0)
    expect(told.log).toEqual(['update'])
  })

  it('LIMIT.liveActsEndedMax: acts that ended are forgotten, and that is said', () => {
    const told = new Told()
    const word = (n: number): string => n.toString(16).padStart(8, '0')
    for (let n = 0; n < LIMIT.liveActsEndedMax + 2; n += 1) {
      const key = word(Math.imul(n, 2_654_435_761) >>> 0) + word(n) + word(7) + word(9)
      told.acts.add({ key, rank: 3, content: NO_CONTENT, events: [], signals: [] }, 0)
    }
    expect(told.acts.losses.forgotten).toBeGreaterThan(0)
  })
})
