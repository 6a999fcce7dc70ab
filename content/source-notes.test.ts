import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgeNote } from '../src/detect/completeness/judge-note.ts'
import { microsecondsOf } from '../src/detect/time.ts'
import {
  fileSteps,
  LAB,
  of,
  play,
  type Watched,
  webhookSteps,
} from '../src/pipeline/completeness/testing/recorded.ts'
import { shippedRules } from './testing/shipped-rules.ts'

const MINUTE_US = 60_000_000

interface Found {
  readonly title: string
  readonly detection: string | undefined
  /** From what it is about to the finding. */
  readonly afterUs: number
}

const foundIn = ({ notes, times }: Watched): readonly Found[] =>
  notes.flatMap((note, at) =>
    judgeNote(shippedRules.sourceRules, note).flatMap(({ finding }) =>
      finding === undefined
        ? []
        : [
            {
              title: finding.rule.title,
              detection: finding.rule.detection,
              afterUs: (times[at] ?? 0) - (microsecondsOf(finding.time) ?? 0),
            },
          ],
    ),
  )

const titles = (found: readonly Found[]): readonly string[] =>
  [...new Set(found.map(({ title }) => title))].sort()

const bothWays = async (folder: string, server: string) => [
  ...fileSteps(`${folder}/audit-${server}.log.zst`, of(server, 'file')),
  ...(await webhookSteps(`${folder}/webhook-${server}.tar.zst`, of(server, 'webhook'))),
]

describe.skipIf(!existsSync(LAB))('rules about logs (needs ../shared/corpus)', () => {
  it('find nothing in an ordinary day', async () => {
    const steps = await Promise.all(['a', 'b', 'c'].map((server) => bothWays('typical', server)))
    expect(titles(foundIn(play(steps.flat(), 0)))).toEqual([])
  })

  it('find changes whose events cannot be encoded, within two minutes', async () => {
    const found = foundIn(play(await bothWays('ops/poison', 'f'), 50))
    const lost = found.filter(({ title }) => title === 'Change whose answer is not in the log')
    expect(lost.length).toBeGreaterThan(0)
    expect(lost[0]?.afterUs).toBeLessThan(2 * MINUTE_US)
    expect(new Set(found.map(({ detection }) => detection))).toEqual(new Set(['E27']))
  })

  it('find events that were cut off, and those thrown away', () => {
    const found = foundIn(play(fileSteps('ops/truncation/audit-e.log.zst', of('e', 'file')), 100))
    expect(titles(found)).toContain('Audit events were cut off by the API server')
    expect(titles(found)).toContain('Change whose answer is not in the log')
    const cut = found.find(({ detection }) => detection === 'E28')
    expect(cut?.afterUs).toBeLessThan(MINUTE_US)
  })
})
