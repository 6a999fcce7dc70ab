import { existsSync, readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { eventFrom } from '../testing/event.ts'
import { cutEvent } from './cut-event.ts'
import { decideEvent } from './decide-event.ts'
import { loadPolicy } from './load/load-policy.ts'
import { compilePolicy, type PolicyEvaluator } from './policy-evaluator.ts'

type AuditRecord = Readonly<Record<string, unknown>>

const LAB = new URL('../../../../shared/corpus/lab/', import.meta.url)

const recordsOf = (recording: string): readonly AuditRecord[] =>
  ['a', 'b', 'c'].flatMap((server) => {
    const file = new URL(`${recording}/audit-${server}.log.zst`, LAB)
    const lines = zstdDecompressSync(readFileSync(file)).toString().split('\n')
    return lines.filter((line) => line !== '').map((line): AuditRecord => JSON.parse(line))
  })

const evaluatorOf = (recording: string): PolicyEvaluator => {
  const file = new URL(`${recording}/policy.yaml`, LAB)
  const { policy } = loadPolicy(readFileSync(file), 'policy.yaml')
  if (policy === undefined) throw new Error(`${recording}: refused`)
  return compilePolicy(policy)
}

/** What the policy makes of records; what it does not log is left out. */
const cutAll = (
  records: readonly AuditRecord[],
  evaluator: PolicyEvaluator,
): readonly AuditRecord[] =>
  records.flatMap((record) => {
    const { decision } = decideEvent(evaluator, eventFrom(record))
    const cut = decision && cutEvent(record, decision)
    if (typeof cut === 'symbol') throw new Error('cannot tell')
    return cut === undefined ? [] : [cut]
  })

/** For each verb, stage, level, and class of answer: the paths present, of bodies whether any. */
const presentPaths = (records: readonly AuditRecord[]): Map<string, Map<string, number>> => {
  const all = new Map<string, Map<string, number>>()
  for (const record of records) {
    const code = (record.responseStatus as { code?: number } | undefined)?.code ?? 0
    const { stage, verb, level } = record
    const kind = `${verb} ${stage} ${level} ${Math.floor(code / 100)}xx`
    const paths = all.get(kind) ?? new Map<string, number>()
    all.set(kind, paths)
    for (const path of pathsIn(record)) paths.set(path, (paths.get(path) ?? 0) + 1)
  }
  return all
}

const WHOLE = new Set(['requestObject', 'responseObject', 'user', 'impersonatedUser'])

const pathsIn = (record: AuditRecord): readonly string[] =>
  Object.entries(record).flatMap(([name, value]) =>
    WHOLE.has(name) || typeof value !== 'object' || value === null
      ? [name]
      : Object.keys(value).map((key) => `${name}.${key}`),
  )

/** Which of a slow request is annotated depends on the load, not on the policy. */
const isLatency = (path: string): boolean => path.startsWith('annotations.apiserver.latency.')

/** Seen so often in one recording that the other must show it as well. */
const OFTEN = 40

/** Paths that one recording shows, and the other, of the same kind of event, does not. */
const missing = (
  of: Map<string, Map<string, number>>,
  other: Map<string, Map<string, number>>,
): readonly string[] =>
  [...of].flatMap(([kind, paths]) =>
    [...paths]
      .filter(([path, count]) => count >= OFTEN && !isLatency(path) && !other.get(kind)?.has(path))
      .map(([path, count]) => `${kind}: ${path}, ${count} times`),
  )

describe.skipIf(!existsSync(LAB))(
  'recordings under other policies (needs ../shared/corpus)',
  () => {
    let full: readonly AuditRecord[] = []
    beforeAll(() => {
      full = recordsOf('full')
    })

    it.each(['metadata', 'typical', 'typo'])(
      'show what the full one shows once it is cut: %s',
      (recording) => {
        const evaluator = evaluatorOf(recording)
        const recorded = recordsOf(recording)
        const cut = presentPaths(cutAll(full, evaluator))
        const real = presentPaths(recorded)
        expect(real.size).toBeGreaterThan(10)
        expect(missing(real, cut)).toEqual([])
        expect(missing(cut, real)).toEqual([])
      },
    )

    it.each(['metadata', 'typical', 'typo'])(
      'hold every event at the level that the policy says: %s',
      (recording) => {
        const evaluator = evaluatorOf(recording)
        const recorded = recordsOf(recording)
        expect(cutAll(recorded, evaluator)).toEqual(recorded)
      },
    )
  },
)
