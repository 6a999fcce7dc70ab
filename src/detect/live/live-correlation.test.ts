import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { compileRules } from '../compile.ts'
import type { ActCount } from './act-count.ts'
import { Episodes } from './episodes.ts'
import { fromStoredSignal, numbersOf, toStoredSignal } from './stored-signal.ts'
import {
  countOf,
  type Deed,
  hunted,
  Live,
  type LiveOptions,
  RULES,
  SECOND,
  SET,
  START_US,
  shown,
} from './testing.ts'

const deedsOf = fc.uniqueArray(
  fc.record({
    second: fc.integer({ min: 0, max: 400 }),
    user: fc.constantFrom('alice', 'bob'),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    code: fc.constantFrom(200, 500),
    hasBody: fc.constantFrom(false, false, false, true, undefined),
    cluster: fc.constantFrom('c', 'c', 'd'),
  }),
  { maxLength: 40, selector: (one) => JSON.stringify(one) },
)

/** When each deed arrives: some seconds late, within a bound. */
const arrivals = (
  deeds: readonly Deed[],
  delays: Iterator<number>,
  lateMax: number,
): readonly { readonly deed: Deed; readonly atUs: number }[] =>
  deeds
    .map((deed) => {
      const delay = (delays.next().value ?? 0) % (lateMax * 1000 + 1)
      return { deed, atUs: START_US + deed.second * SECOND + delay * 1000 }
    })
    .sort((a, b) => a.atUs - b.atUs)

const PARTS = ['nothing', 'findings', 'signals'] as const

const run = (
  arriving: readonly { readonly deed: Deed; readonly atUs: number }[],
  random: Iterator<number>,
  { kills, ...options }: LiveOptions & { readonly kills: boolean },
): Live => {
  const live = new Live(options)
  const next = (): number => random.next().value ?? 0
  for (const { deed, atUs } of arriving) {
    while (live.nowUs + 7 * SECOND < atUs && next() % 4 !== 0) {
      live.nowUs += (next() % 7) * SECOND
      live.tick()
    }
    live.nowUs = Math.max(live.nowUs, atUs)
    live.arrive({ deed, log: `log ${next() % 2}` })
    // A process that was killed is behind, and may be killed again before it has caught up.
    live.read(kills ? next() % 4 : Number.POSITIVE_INFINITY)
    if (next() % 2 === 0) live.tick()
    if (next() % 3 === 0) live.store()
    if (next() % 3 === 0) live.settle()
    if (kills && next() % 3 === 0) {
      live.store(PARTS[next() % PARTS.length])
      live.kill()
    }
  }
  live.read()
  live.end()
  return live
}

describe('what was told and not taken back', () => {
  const inAnyOrder = (lateMax: number, options: Parameters<typeof run>[2]): void => {
    fc.assert(
      fc.property(deedsOf, fc.infiniteStream(fc.nat()), (deeds, random) => {
        const live = run(arrivals(deeds, random, lateMax), random, options)
        expect(shown(live.findings.values())).toEqual(shown(hunted(deeds)))
      }),
      { seed: 5, numRuns: 120 },
    )
  }

  it('is what a hunt finds in the same acts, that come within the bound', () =>
    inAnyOrder(2, { kills: false }))

  it('is that too if acts come later than anything was waited for', () =>
    inAnyOrder(300, { kills: false }))

  it('is that too if the process is killed', () => inAnyOrder(2, { kills: true }))

  it('is that too if the process is killed, and acts come late', () =>
    inAnyOrder(300, { kills: true }))

  it('is that too if what is past has to be asked from the store', () =>
    inAnyOrder(300, { kills: true, pastBytesMax: LIMIT.livePastBytesMax / 65_536 }))

  it('is that too if the store takes its time', () => {
    const pastBytesMax = LIMIT.livePastBytesMax / 65_536
    inAnyOrder(300, { kills: true, pastBytesMax, slowStore: true })
  })
})

/** Three reads of alice, the last one at 40 s. */
const READS: readonly Deed[] = [0, 20, 40].map((second) => ({ second }))

const withReads = (options: LiveOptions = {}): Live => {
  const live = new Live(options)
  for (const deed of READS) live.add(deed)
  return live
}

describe('a correlation, live', () => {
  it('is told as soon as all logs have passed it by LIMIT.liveSlackMs', () => {
    const live = withReads({ waitMs: 60_000 })
    const slack = LIMIT.liveSlackMs / 1000
    live.tick(41)
    live.heard('a', 40 + slack)
    live.tick(41)
    expect(live.log).toEqual([])
    live.heard('a', 41 + slack)
    live.tick(41)
    expect(live.log).toEqual(['found many-reads'])
  })

  it('waits LIMIT.liveWaitSecondsMax for a log that lags behind', () => {
    const live = withReads()
    live.heard('a', 100)
    live.heard('b', 10)
    live.tick(LIMIT.liveWaitSecondsMax - 1)
    expect(live.log).toEqual([])
    live.tick(LIMIT.liveWaitSecondsMax + 40)
    expect(live.log).toEqual(['found many-reads'])
  })

  it('does not wait for a log that was silent for LIMIT.liveHeardSecondsMax', () => {
    const live = new Live()
    live.heard('b', 10)
    live.nowUs += LIMIT.liveHeardSecondsMax * SECOND
    for (const deed of READS) live.add(deed)
    live.heard('a', 100)
    live.tick()
    expect(live.log).toEqual([])
    live.nowUs += 1
    live.tick()
    expect(live.log).toEqual(['found many-reads'])
  })

  it('is not hurried by a log whose clock is ahead', () => {
    const live = withReads()
    live.add({ second: 5000, user: 'ahead' })
    live.heard('ahead', 5000)
    live.heard('a', 45)
    live.tick(60)
    live.add({ second: 50 })
    live.heard('a', 60)
    live.tick(70)
    live.end()
    expect(live.log).toEqual(['found many-reads', 'update many-reads'])
    expect(live.correlation.losses.lateDropped).toBe(0)
  })

  it('forgets the log heard first, of more than LIMIT.liveLogsMax', () => {
    const live = withReads()
    live.heard('lags', 0)
    for (let n = 0; n < LIMIT.liveLogsMax; n += 1) live.heard(`log ${n}`, 100)
    live.tick(1)
    expect(live.log).toEqual(['found many-reads'])
  })

  it('is told again while it goes on, ten times as much each time, and when it is over', () => {
    const live = withReads()
    for (let n = 0; n < 30; n += 1) {
      live.add({ second: 41 + n })
      live.heard('a', 46 + n)
      live.tick(46 + n)
    }
    expect(live.log.length).toBeLessThan(6)
    live.end()
    const [finding] = live.findings.values()
    expect(finding?.correlation?.following).toBe(30)
  })

  it('is taken back when an act that came late makes it another', () => {
    const live = withReads()
    live.heard('a', 100)
    live.tick(100)
    const late = { second: -10 }
    live.add(late)
    live.tick(110)
    expect(live.log).toEqual(['found many-reads', 'withdrawn', 'found many-reads'])
    expect(shown(live.findings.values())).toEqual(shown(hunted([...READS, late])))
  })

  it('counts what says no time as "cannot tell"', () => {
    const live = new Live()
    const count = countOf({ second: 0 })
    const [entry] = count?.entries ?? []
    if (count === undefined || entry === undefined) throw new Error('bug: it counts')
    const entries = [{ ...entry, counted: { ...entry.counted, timeUs: undefined } }]
    live.correlation.add({ ...count, timeUs: undefined, entries }, undefined, 0)
    expect(live.correlation.tallies.some(({ cannotTell }) => cannotTell === 1)).toBe(true)
  })

  it('takes an act that counts no longer out of its windows', () => {
    const live = withReads()
    const [before] = READS.map((deed) => countOf(deed))
    if (before === undefined) throw new Error('bug: it counts')
    live.heard('a', 100)
    live.tick(100)
    live.correlation.add({ ...before, entries: [] }, before, live.nowUs)
    live.tick(110)
    expect(live.log).toEqual(['found many-reads', 'withdrawn'])
  })
})

describe('after a restart', () => {
  const late = { second: -10 }

  /** Told, and stored as told; then one has come before them. */
  const killed = (): Live => {
    const live = withReads()
    live.heard('a', 100)
    live.tick(100)
    live.arrive({ deed: late })
    live.store('findings')
    return live
  }

  it('what was told and is not found again is taken back once all has come again', () => {
    const live = killed()
    live.kill()
    live.read()
    live.heard('a', 110)
    live.tick(110)
    expect(live.log).toEqual(['found many-reads', 'found many-reads', 'withdrawn'])
    expect(shown(live.findings.values())).toEqual(shown(hunted([...READS, late])))
  })

  it('it is taken back too if many a process was killed before that', () => {
    const live = killed()
    for (let life = 0; life < 3; life += 1) {
      live.kill()
      // More comes than it reads.
      for (let n = 0; n < 6; n += 1) {
        live.arrive({ deed: { second: 200 + life, user: `${life} ${n}`, name: `${life} ${n}` } })
      }
      live.read(READS.length + 1)
      live.heard('a', 110)
      live.tick(110 + life)
      live.store()
    }
    expect(live.log).not.toContain('withdrawn')
    live.read()
    live.tick(200)
    expect(live.log).toContain('withdrawn')
    expect(live.ids()).toEqual(['many-reads'])
  })

  it.each(['findings', 'signals'] as const)(
    'all is told that came late, if of its batch only the %s were stored',
    (part) => {
      const live = withReads()
      live.heard('a', 100)
      live.tick(100)
      live.store()
      live.add(late)
      live.store(part)
      live.kill()
      live.read()
      live.end()
      expect(live.log).toEqual(['found many-reads', 'found many-reads', 'withdrawn'])
      expect(shown(live.findings.values())).toEqual(shown(hunted([...READS, late])))
    },
  )

  it('all is told of what came late without a batch, before it was judged and after', () => {
    for (const isJudged of [false, true]) {
      const live = withReads()
      live.heard('a', 100)
      live.tick(100)
      live.store()
      live.comeToLight(late)
      live.settle()
      if (isJudged) live.tick(110)
      live.settle()
      live.kill()
      live.read()
      live.end()
      expect(shown(live.findings.values())).toEqual(shown(hunted([...READS, late])))
    }
  })
})

describe('other rules', () => {
  it('count what rules said that are still there, and tell what begins from then on', () => {
    const stricter = compileRules([{ file: 'r', text: RULES.replace('gte: 3', 'gte: 4') }])
    const live = withReads()
    live.heard('a', 100)
    live.tick(100)
    live.correlation.reload(stricter, live.nowUs)
    const deed = { second: 41 }
    const count = countOf(deed, stricter)
    if (count === undefined) throw new Error('bug: it counts')
    live.correlation.add(count, undefined, live.nowUs)
    live.end()
    expect(live.log).toEqual(['found many-reads', 'update many-reads'])
    const [finding] = live.findings.values()
    expect(finding?.correlation?.matches).toBe(4)
  })

  it('may come before the first act', () => {
    const live = new Live()
    live.heard('a', 0)
    live.correlation.reload(SET, live.nowUs)
    for (const deed of READS) live.add(deed)
    live.end()
    expect(live.log).toEqual(['found many-reads'])
  })

  it('do not hear what rules said that are gone, and that is counted', () => {
    const without = compileRules([
      {
        file: 'r',
        text: RULES.split('---').slice(1).join('---').replaceAll('[read]', '[failure]'),
      },
    ])
    const live = withReads()
    live.correlation.reload(without, live.nowUs)
    expect(live.correlation.losses.rulesGone).toBe(3)
  })
})

describe('a stored signal', () => {
  const stored = (deed: Deed) => {
    const count = countOf(deed)
    const signal = count && toStoredSignal(SET.rules, count)
    if (signal === undefined) throw new Error('bug: it counts')
    return { count, signal }
  }

  it('is the act that it was made of', () => {
    const { count, signal } = stored({ second: 1, code: 500, hasBody: true })
    expect(signal.rules).toEqual(['body', 'failure', 'read'])
    const read = fromStoredSignal(numbersOf(SET.rules), signal)
    expect(JSON.stringify(read)).toBe(JSON.stringify({ count, rulesGone: 0 }))
  })

  it.each(['', 'null', '{"version":2,"entries":[]}', '{"version":1'])(
    'of another version, or none, is counted: %s',
    (document) => {
      const { signal } = stored({ second: 1 })
      const { correlation } = new Live()
      const upTo = { judged: new Map(), coversFromUs: new Map(), told: [] }
      correlation.restore([{ ...signal, document }], upTo, 0)
      expect(correlation.losses.signalsUnread).toBe(1)
    },
  )
})

describe('the store', () => {
  it('is not asked about what is late by less than LIMIT.liveLateSecondsMax', () => {
    const live = new Live()
    for (let second = 0; second <= 7200; second += 10) {
      live.add({ second, user: `user-${second % 70}` })
      live.heard('a', second)
      live.tick(second)
    }
    live.add({ second: 7260 - LIMIT.liveLateSecondsMax, user: 'late' })
    live.tick(7201)
    expect(live.log).not.toContain('asked')
    live.add({ second: 10, user: 'late' })
    live.tick(7205)
    expect(live.log).toContain('asked')
  })

  it('may not answer: what came late stays unjudged, and that is counted', () => {
    const options = { pastBytesMax: LIMIT.livePastBytesMax / 65_536 }
    const live = new Live(options)
    for (let second = 0; second <= 100; second += 10) live.add({ second, user: `u${second}` })
    live.heard('a', 200)
    live.tick(200)
    live.add({ second: 5 })
    live.correlation.tick(live.nowUs + 2 * SECOND)
    const [question, ...others] = live.correlation.late()
    expect(others).toEqual([])
    expect(question).toMatchObject({
      clusters: ['c'],
      rules: ['body', 'failure', 'read'],
    })
    if (question === undefined) throw new Error('bug: it asks')
    expect(live.correlation.late()).toEqual([])
    live.correlation.answerLate(question, undefined, live.nowUs)
    expect(live.correlation.losses.unanswered).toBe(1)
  })
})

/** Acts like one another, a millisecond apart. */
const copiesOf = (deed: Deed, copies: number): readonly ActCount[] => {
  const count = countOf(deed)
  return Array.from({ length: count === undefined ? 0 : copies }, (_, at) => {
    const act = at.toString(16).padStart(32, '0')
    const timeUs = START_US + deed.second * SECOND + at * 1000
    const entries = (count?.entries ?? []).map(({ counted, events }) => ({
      counted: { ...counted, origin: act, timeUs },
      events,
    }))
    return { act, cluster: 'c', timeUs, entries }
  })
}

describe('bounds', () => {
  it('LIMIT.liveWaitingActsMax: acts are judged early, and that is counted', () => {
    const live = new Live()
    live.heard('a', 0)
    for (const count of copiesOf({ second: 0 }, LIMIT.liveWaitingActsMax + 1)) {
      live.correlation.add(count, undefined, live.nowUs)
    }
    expect(live.correlation.losses.judgedEarly).toBeGreaterThan(LIMIT.liveWaitingActsMax / 3)
  })

  it('LIMIT.liveClustersMax: the clusters beyond it share windows, and none is mixed', () => {
    const live = new Live()
    const clusters = Array.from({ length: LIMIT.liveClustersMax + 2 }, (_, at) => `cluster-${at}`)
    const deeds = clusters.flatMap((cluster) => READS.map((deed) => ({ ...deed, cluster })))
    for (const deed of deeds) live.add(deed)
    live.end()
    expect(shown(live.findings.values())).toEqual(shown(hunted(deeds)))
    expect(new Set([...live.findings.values()].map(({ cluster }) => cluster)).size).toBe(18)
  })

  it('LIMIT.liveLateGroupsMax: what is late beyond it is not judged again, and is counted', () => {
    const live = new Live()
    live.add({ second: 1000 })
    live.heard('a', 1010)
    live.tick(1010)
    for (let n = 0; n < LIMIT.liveLateGroupsMax; n += 1) live.add({ second: 1, user: `u${n}` })
    expect(live.correlation.losses.lateDropped).toBeGreaterThan(0)
  })

  it('LIMIT.liveEvidenceActsMax: an episode with more acts is not told again', () => {
    const live = withReads()
    live.heard('a', 100)
    live.tick(60)
    for (const count of copiesOf({ second: 60 }, LIMIT.liveEvidenceActsMax + 1)) {
      live.correlation.add(count, undefined, live.nowUs)
    }
    live.end()
    expect(live.log).toEqual(['found many-reads'])
    expect(live.correlation.losses.updatesLeftOut).toBeGreaterThan(0)
  })

  it('LIMIT.liveEpisodesMax: the one that began first is forgotten', () => {
    const episodes = new Episodes()
    const begin = (n: number): void => {
      const key = n.toString(16).padStart(32, '0')
      const hit = {
        correlation: 0,
        slot: 0,
        key,
        group: [],
        values: [],
        up: [],
        truth: 1,
        timeUs: n,
        origin: key,
      } as const
      const counts = { truth: 1, fromUs: n, atUs: n, matches: 1, unknowns: 0 } as const
      episodes.add({ ...counts, correlation: 0, key, hit })
    }
    for (let n = 1; n <= LIMIT.liveEpisodesMax + 1; n += 1) begin(n)
    expect(episodes.in(`0 ${'1'.padStart(32, '0')}`)).toEqual([])
    expect(episodes.in(`0 ${'2'.padStart(32, '0')}`)).toHaveLength(1)
  })
})
