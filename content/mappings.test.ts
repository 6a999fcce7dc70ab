import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalogues, tacticOf, techniqueOf, threatOf } from '../src/cli/catalogues.ts'
import { shippedRules } from './testing/shipped-rules.ts'

const { attack, threatMatrix } = catalogues()

describe('the catalogues of techniques', () => {
  it('are sorted by id, each id once', () => {
    for (const ids of [
      attack.techniques.map((one) => one.id),
      attack.retired.techniques.map((one) => one.id),
      threatMatrix.techniques.map((one) => one.id),
    ]) {
      expect(ids).toEqual([...new Set(ids)].sort())
    }
  })

  it('refer to nothing that they do not hold', () => {
    for (const { id, tactics } of attack.techniques) {
      expect(tactics.length, id).toBeGreaterThan(0)
      for (const tactic of tactics) expect(tacticOf(tactic), id).toBeDefined()
      if (id.includes('.')) expect(techniqueOf(id.slice(0, 5)), id).toBeDefined()
    }
    for (const { id, successor } of attack.retired.techniques) {
      expect(techniqueOf(successor), id).toBeDefined()
      expect(techniqueOf(id), id).toBeUndefined()
    }
    for (const { shortname, successors } of attack.retired.tactics) {
      expect(tacticOf(shortname)).toBeUndefined()
      for (const one of successors) expect(tacticOf(one)).toBeDefined()
    }
  })

  it('hold the matrix of Microsoft from 9001 to 9041, which has no 9032', () => {
    const ids = threatMatrix.techniques.map((one) => one.id)
    expect(ids).toHaveLength(40)
    expect([ids[0], ids[39]]).toEqual(['MS-TA9001', 'MS-TA9041'])
    expect(threatOf('MS-TA9032')).toBeUndefined()
  })

  it('name every id that a shipped rule carries', () => {
    const tags = shippedRules.rules.flatMap((rule) => rule.sigma.tags)
    expect(tags.length).toBeGreaterThan(0)
    for (const tag of tags) {
      const technique = /^attack\.(t\d.*)$/.exec(tag)?.[1]
      const threat = /^threat-matrix\.(.*)$/.exec(tag)?.[1]
      const tactic = /^attack\.([a-su-z].*|t[a-z].*)$/.exec(tag)?.[1]
      if (technique !== undefined) expect(techniqueOf(technique), tag).toBeDefined()
      else if (threat !== undefined) expect(threatOf(threat), tag).toBeDefined()
      else if (tactic !== undefined) expect(tacticOf(tactic), tag).toBeDefined()
    }
  })
})

const LIST = new URL('../../shared/detections.md', import.meta.url)

describe.skipIf(!existsSync(LIST))('the list of detections (needs ../shared/detections.md)', () => {
  it('names no technique that is neither in the catalogue nor retired from it', () => {
    const text = existsSync(LIST) ? readFileSync(LIST, 'utf8') : ''
    const retired = new Set(attack.retired.techniques.map((one) => one.id))
    const named = new Set(text.match(/\bT1\d{3}(?:\.\d{3})?/g))
    for (const id of named) {
      if (!retired.has(id)) expect(techniqueOf(id), id).toBeDefined()
    }
    for (const id of new Set(text.match(/\bMS-TA90\d\d/g))) expect(threatOf(id), id).toBeDefined()
  })
})
