import { expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { CANNOT_TELL } from '../../base/truth.ts'
import { describeCases } from '../testing/cases.ts'
import { podOf } from './pod.ts'
import { withVariables } from './variables.ts'

describeCases(import.meta.url, podOf)

it('puts no more into a command than LIMIT.commandExpansionCharactersMax', () => {
  const half = 'x'.repeat(LIMIT.commandExpansionCharactersMax / 2)
  const container = { env: [{ name: 'A', value: half }] }
  expect(withVariables(['$(A)', '$A'], container)).toEqual([half, half])
  expect(withVariables(['$(A)', '$A', '$A'], container)).toBe(CANNOT_TELL)
  const doubling = Array.from({ length: 64 }, (_, at) => ({
    name: `V${at}`,
    value: at === 0 ? 'xx' : `$(V${at - 1})$(V${at - 1})`,
  }))
  expect(withVariables(['$(V63)'], { env: doubling })).toBe(CANNOT_TELL)
})
