import { describe, expect, it } from 'vitest'
import { Readiness } from './readiness.ts'

const SECOND = 1_000_000
const FILE = { part: 'file', why: '/var/log/a.log may not be read: permission denied' }

describe('what is not ready', () => {
  it('is said once when it lasts, and so is its end', () => {
    const lines: string[] = []
    const readiness = new Readiness((level, message) => lines.push(`${level} ${message}`))
    for (let second = 0; second < 60; second++) readiness.tick([FILE], second * SECOND)
    expect(lines).toEqual([`warn file: not ready: ${FILE.why}`])
    readiness.tick([{ ...FILE, why: 'another reason' }], 60 * SECOND)
    readiness.tick([], 61 * SECOND)
    readiness.tick([], 62 * SECOND)
    expect(lines.slice(1)).toEqual([
      'warn file: not ready: another reason',
      'info file: ready again',
    ])
  })

  it('is not said when it passes at once', () => {
    const lines: string[] = []
    const readiness = new Readiness((_, message) => lines.push(message))
    for (let second = 0; second < 60; second++) {
      readiness.tick(second % 2 === 0 ? [FILE] : [], second * SECOND)
    }
    expect(lines).toEqual([])
  })
})
