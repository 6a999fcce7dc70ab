import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Case, describeCases } from '../testing/cases.ts'
import { bindingOf } from './binding.ts'
import { grantsOf } from './grants.ts'
import { type Asked, missingFrom, type PolicyRule, ruleAllows } from './rules.ts'

describeCases(import.meta.url, (event, one) => {
  if (one.input === undefined) return grantsOf(event)
  return one.input.read === 'binding' ? bindingOf(event) : judge(one.input)
})

const judge = (input: NonNullable<Case['input']>): unknown =>
  input.holder === undefined
    ? { allows: ruleAllows(input.rule as PolicyRule, input.request as Asked) }
    : {
        covers: missingFrom(input.holder as PolicyRule[], input.grant as PolicyRule[]).length === 0,
      }

interface Escalation {
  readonly holder: readonly PolicyRule[]
  readonly grant: readonly PolicyRule[]
  readonly covers: boolean
  readonly missing: readonly PolicyRule[]
}

const check = (lines: string): number => {
  const answers = lines.trim().split('\n')
  for (const line of answers) {
    const { holder, grant, covers, missing }: Escalation = JSON.parse(line)
    const ours = missingFrom(holder ?? [], grant ?? [])
    expect(ours.length === 0, line).toBe(covers)
    expect(new Set(ours.map(shown)), line).toEqual(new Set((missing ?? []).map(shown)))
  }
  return answers.length
}

const shown = (rule: PolicyRule): string =>
  JSON.stringify([
    rule.verbs,
    rule.apiGroups,
    rule.resources,
    rule.resourceNames,
    rule.nonResourceURLs,
  ])

describe('the answers of Kubernetes itself', () => {
  it('are ours: an excerpt', () => {
    const excerpt = new URL('fixtures/escalation-excerpt.ndjson', import.meta.url)
    expect(check(readFileSync(excerpt, 'utf8'))).toBe(40)
  })

  const all = new URL('../../../../shared/corpus/upstream/escalation.ndjson.gz', import.meta.url)
  it.skipIf(!existsSync(all))('are ours: all of them (needs ../shared/corpus)', () => {
    expect(check(gunzipSync(readFileSync(all)).toString())).toBeGreaterThan(170)
  })
})
