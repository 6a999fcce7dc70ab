import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import type { CorrelationPlan } from '../plan/correlation.ts'
import { Correlator } from './correlator.ts'
import type { CorrelationVerdict, Hit } from './hit.ts'
import { referenceVerdicts } from './testing/reference.ts'
import { hitsOf, scenario } from './testing/scenario.ts'

const SEED = 20_261_121
const BYTES = 16_777_216

const verdictsOf = (
  plans: readonly CorrelationPlan[],
  hits: readonly Hit[],
): readonly CorrelationVerdict[] => {
  const verdicts: CorrelationVerdict[] = []
  const correlator = new Correlator(plans, (verdict) => verdicts.push(verdict), { bytesMax: BYTES })
  for (const hit of hits) correlator.observe(hit)
  correlator.finish()
  expect(correlator.losses().evicted).toBe(0)
  return verdicts
}

describe('the correlator says what the slow obvious version says', () => {
  test.each([
    { eventsMax: 12, numRuns: 3_000 },
    { eventsMax: 150, numRuns: 250 },
  ])('of up to $eventsMax events', ({ eventsMax, numRuns }) => {
    const counts = new Map<string, number>()
    fc.assert(
      fc.property(scenario(eventsMax), (random) => {
        const hits = hitsOf(random)
        const expected = referenceVerdicts(random.plans, hits, LIMIT.correlationValuesMax)
        expect(verdictsOf(random.plans, hits)).toEqual(expected)
        for (const { correlation, truth } of expected) {
          const name = `${random.plans[correlation]?.type} ${truth}`
          counts.set(name, (counts.get(name) ?? 0) + 1)
        }
      }),
      { seed: SEED, numRuns },
    )
    expect([...counts.keys()].length).toBe(14)
    expect(Math.min(...counts.values())).toBeGreaterThan(50)
  })
})
