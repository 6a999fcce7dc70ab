import { describe, expect, test } from 'vitest'
import { escapeTerminal } from '../../base/escape-text.ts'
import { LIMIT } from '../../base/limit.ts'
import { findingOf, hostile, incident, joinedFinding } from '../testing/report.ts'
import { paletteOf } from './palette.ts'
import { type ShownFinding, shownFindingText } from './shown-finding.ts'

const plain = paletteOf(false)

const shown = (more: Partial<ShownFinding> = {}): ShownFinding => {
  const finding = more.finding ?? findingOf('51aa')
  return {
    finding,
    stages: finding.events.map((ref, i) => ({
      ref,
      event: { verb: 'get', requestURI: `/api/v1/secrets/s${i}`, responseStatus: { code: 200 } },
    })),
    explanation: undefined,
    guide: incident().guides.get(finding.rule.id),
    around: undefined,
    ...more,
  }
}

describe('a finding shown whole', () => {
  test('says what it maps to, with the version and the names', () => {
    const text = shownFindingText(shown(), 120, plain)
    expect(text).toMatch(/tactic +Execution\n/)
    expect(text).toMatch(
      /technique +T1609 Container Administration Command\n +\(MITRE ATT&CK 19.1\)/,
    )
    expect(text).toContain('MS-TA9006 Exec into container')
  })

  test('says what to check next and when it is harmless', () => {
    const text = shownFindingText(shown(), 80, plain)
    expect(text).toContain('WHAT TO CHECK NEXT\n  The command and whether it has a terminal;')
    expect(text).toContain('WHEN IT IS HARMLESS\n  - Developers who look into their own workloads.')
    expect(text).toContain('DECIDED BY')
    expect(text).toContain('the API server')
  })

  test('of a rule that says nothing of it is silent on it', () => {
    const text = shownFindingText(shown({ guide: undefined }), 80, plain)
    expect(text).not.toContain('WHAT TO CHECK NEXT')
    expect(text).not.toContain('WHEN IT IS HARMLESS')
  })

  test('LIMIT.wholeEventsMax: of a correlation all is listed, and the first events are whole', () => {
    const finding = {
      ...joinedFinding,
      events: [...joinedFinding.events, ...joinedFinding.events].map((event, i) => ({
        ...event,
        id: `e${i}`,
      })),
    }
    const text = shownFindingText(shown({ finding }), 120, plain)
    expect(text).toContain(
      'WHAT IT JOINS  value_count, 2026-11-20 22:05:20 → 2026-11-20 22:06:31 UTC (1 min 11 s)',
    )
    expect(text).toContain('3 different values within 1 min 11 s')
    expect(text.replaceAll(/\s+/g, ' ')).toContain('all with actor.name "mallory@example.com"')
    for (let i = 0; i < 6; i += 1) expect(text).toContain(`/api/v1/secrets/s${i}`)
    expect(text).toContain('THE ACTS  the first 3 of 6 events, secrets masked')
    expect(text.match(/"requestURI"/g)).toHaveLength(LIMIT.wholeEventsMax)
  })

  test('shows nothing hidden', () => {
    for (const payload of ['\u001b[2J', '\u202e', 'a\r\nb']) {
      const poisoned = hostile(payload)
      for (const finding of poisoned.report.findings) {
        const guide = poisoned.guides.get(finding.rule.id)
        const lines = shownFindingText(shown({ finding, guide }), 100, plain).split('\n')
        expect(lines.filter((line) => escapeTerminal(line) !== line)).toEqual([])
      }
    }
  })
})
