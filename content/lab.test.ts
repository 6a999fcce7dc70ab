import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { UNKNOWN, YES } from '../src/base/truth.ts'
import type { Reason } from '../src/model/blindness.ts'
import {
  type Act,
  type Joined,
  judgeRecording,
  type Label,
  type Recording,
} from './testing/recording.ts'
import { shippedRules } from './testing/shipped-rules.ts'

const LAB = new URL('../../shared/corpus/lab/', import.meta.url)
const DETECTIONS = new Set(
  [...shippedRules.rules, ...shippedRules.correlations]
    .filter(({ reports }) => reports)
    .map(({ ref }) => ref.detection),
)

/**
 * What the policy of each recording keeps from the log. `blind`: the only reason for which a
 * labelled attack may be "cannot tell" instead of found. `unlogged`: whether requests are missing.
 */
const RECORDINGS: readonly { name: string; blind: Reason | undefined; unlogged: boolean }[] = [
  { name: 'full/', blind: undefined, unlogged: false },
  { name: 'typical/', blind: undefined, unlogged: false },
  { name: 'metadata/', blind: 'level', unlogged: false },
  { name: 'typo/', blind: 'level', unlogged: true },
  { name: 'ops/', blind: undefined, unlogged: false },
]

const ID_CHARACTERS_KEPT = 200

const actsById = (recording: Recording): ReadonlyMap<string, readonly Act[]> =>
  Map.groupBy(recording.acts, ({ auditID }) => auditID.slice(0, ID_CHARACTERS_KEPT))

/** What became of one detection that an attack should raise. */
type Fate = 'found' | 'not logged' | 'silent' | `cannot tell: ${string}`

const fateOf = (detection: string, acts: readonly Act[], joined: readonly Joined[] = []): Fate => {
  const ids = new Set(acts.map(({ auditID }) => auditID))
  const isJoined = (one: Joined): boolean => one.auditIDs.some((id) => ids.has(id))
  if (joined.some((one) => one.detection === detection && isJoined(one))) return 'found'
  const said = acts.flatMap((act) => act.said.filter((one) => one.detection === detection))
  if (said.some(({ truth }) => truth === YES)) return 'found'
  const reasons = said.filter(({ truth }) => truth === UNKNOWN).flatMap((one) => one.reasons)
  if (reasons.length > 0) return `cannot tell: ${[...new Set(reasons)].join(', ')}`
  return acts.length === 0 ? 'not logged' : 'silent'
}

/** Findings of medium or higher on acts that no label speaks of. */
const alarmsOn = (recording: Recording): { events: number; alarms: readonly string[] } => {
  const spokenOf = new Set(
    recording.labels.flatMap(({ auditIDs, consequences = [] }) => [...auditIDs, ...consequences]),
  )
  const keepers = new Set(
    recording.labels.filter(({ kind }) => kind === 'housekeeping').flatMap(({ users }) => users),
  )
  const background = recording.acts.filter(
    ({ auditID, user }) =>
      !spokenOf.has(auditID.slice(0, ID_CHARACTERS_KEPT)) && !keepers.has(user),
  )
  const alarms = background.flatMap(({ said, user, what }) =>
    said
      .filter(({ truth, level }) => truth === YES && !['informational', 'low'].includes(level))
      .map(({ detection }) => `${detection} ${user} ${what}`),
  )
  const ordinary = new Set(background.map(({ auditID }) => auditID))
  const correlated = recording.joined
    .filter(({ level }) => !['informational', 'low'].includes(level))
    .filter(({ auditIDs }) => auditIDs.every((id) => ordinary.has(id)))
    .map(({ detection, reason }) => `${detection} ${reason}`)
  const events = background.reduce((sum, act) => sum + act.events, 0)
  return { events, alarms: [...alarms, ...correlated] }
}

/** The main requests of a label leave out those that are about no object: G08 is about them. */
const requestsOf = (label: Label, detection: string): readonly string[] =>
  detection === 'G08' ? label.auditIDs : label.mainIDs

const expected = (label: Label): readonly string[] =>
  label.detections.filter((detection) => DETECTIONS.has(detection))

/** Detections that must be silent: `none:C01`. */
const forbidden = (label: Label): readonly string[] =>
  label.detections
    .filter((detection) => detection.startsWith('none:'))
    .map((detection) => detection.slice('none:'.length))

/** An attack by the name of its label, and what became of a detection that it should raise. */
interface Escape {
  readonly act: string
  readonly detection: string
  readonly fate: Fate
}

const isSame = (one: Escape, other: Escape): boolean =>
  one.act === other.act && one.detection === other.detection && one.fate === other.fate

/** What a label promises and the log of its request does not bear out, and why. */
const EXPLAINED: readonly (Escape & { readonly recordings: readonly string[]; because: string })[] =
  [
    {
      recordings: ['full/', 'typical/', 'metadata/', 'typo/'],
      act: 'D01-1 admin-clusterrole-and-binding',
      detection: 'D12',
      fate: 'silent',
      because: 'A person wrote the binding, and D12 is about ServiceAccounts that write them.',
    },
    {
      recordings: ['typical/'],
      act: 'D19-1 steal-pod-token',
      detection: 'D20',
      fate: 'cannot tell: level',
      because: 'This policy logs tokens at Metadata: what they are bound to is in the body.',
    },
    {
      recordings: ['full/', 'typical/', 'metadata/'],
      act: 'B12-1 exec-denied',
      detection: 'B12',
      fate: 'silent',
      because:
        'kubectl reads the pod first, was refused that, and never asked for the exec: the log has one refused "get pods", as of anybody who may not read pods (found as G02).',
    },
    ...['S-xff-3', 'S-xff-5'].map((id) => ({
      recordings: ['ops/'],
      act: `${id} forged-x-forwarded-for`,
      detection: 'E13',
      fate: 'silent' as const,
      because: 'The API server drops what is no address, so that nothing forged is in the log.',
    })),
  ]

describe.skipIf(!existsSync(LAB))('needs ../shared/corpus: recordings of a cluster', () => {
  describe.each(RECORDINGS)('$name', ({ name, blind, unlogged }) => {
    const recording = existsSync(LAB)
      ? judgeRecording(new URL(name, LAB), shippedRules)
      : { labels: [], acts: [], joined: [], events: 0 }
    const byId = actsById(recording)
    const actsOf = (ids: readonly string[]): readonly Act[] =>
      ids.flatMap((id) => byId.get(id) ?? [])

    it('has its attacks found, or says why it cannot tell', () => {
      const allowed = new Set<Fate>(['found'])
      if (blind !== undefined) allowed.add(`cannot tell: ${blind}`)
      if (unlogged) allowed.add('not logged')
      const escaped = recording.labels
        .filter(({ kind }) => kind === 'act' || kind === 'fault')
        .flatMap((label) =>
          expected(label).map((detection) => ({
            act: `${label.id} ${label.scenario}`,
            detection,
            fate: fateOf(detection, actsOf(requestsOf(label, detection)), recording.joined),
          })),
        )
        .filter(({ fate }) => !allowed.has(fate))
      const explained = EXPLAINED.filter((one) => one.recordings.includes(name))
      expect(escaped.filter((one) => !explained.some((known) => isSame(one, known)))).toEqual([])
      expect(explained.filter((known) => !escaped.some((one) => isSame(one, known)))).toEqual([])
    })

    it('has its near misses left alone', () => {
      const raised = recording.labels.flatMap((label) =>
        forbidden(label)
          .filter(
            (detection) => fateOf(detection, actsOf(label.auditIDs), recording.joined) === 'found',
          )
          .map((detection) => `${detection}: ${label.id} ${label.scenario}`),
      )
      expect(raised).toEqual([])
    })

    it('has nothing high on what is odd but honest', () => {
      const raised = recording.labels
        .filter(({ kind }) => kind === 'benign')
        .flatMap(({ auditIDs, scenario }) =>
          actsOf(auditIDs).flatMap(({ said }) =>
            said
              .filter(({ truth, level }) => truth === YES && ['high', 'critical'].includes(level))
              .map(({ detection }) => `${detection} ${scenario}`),
          ),
        )
      expect(raised).toEqual([])
    })

    it('is quiet on an ordinary day', () => {
      const { events, alarms } = alarmsOn(recording)
      const rate = ((alarms.length * 100_000) / events).toFixed(1)
      console.log(`${name} ${alarms.length} of medium or higher in ${events} background events`)
      console.log(`${name} that is ${rate} per 100,000`)
      expect(alarms).toEqual([])
    })
  })
})
