import { describe, expect, it } from 'vitest'
import { hostsIn } from './hosts.ts'
import { plainCommand } from './plain-command.ts'

/** As long as a request's address can be: each step must take time in proportion to it. */
const LONG = 1_000_000

describe('a long command', () => {
  const parts = [
    'a',
    'a.',
    '1',
    '1.1.1.',
    '{',
    '{a,',
    '/',
    '/../',
    '\\',
    '[',
    'http://',
    '$IFS',
    '@',
    ' ',
    "'",
  ]
  it.each(parts)('of %j is read in one go', (part) => {
    const plain = plainCommand([part.repeat(LONG / part.length)])
    expect(hostsIn(plain).length).toBeLessThan(LONG)
  })
})
