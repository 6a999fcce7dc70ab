import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CANNOT_TELL } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import { type EventText, eventFrom } from './event.ts'

/** A case: an event (or another input) and what must be read from it. */
export interface Case {
  readonly rule: string
  readonly title: string
  readonly event?: EventText
  readonly input?: Readonly<Record<string, unknown>>
  /** Only what it mentions is compared; null is absent, and `?` is "cannot tell". */
  readonly expect: unknown
}

/**
 * Runs every case of a folder's `cases/`, and compares the rules they name with those of its
 * SPEC.md.
 */
export const describeCases = (
  folder: string,
  read: (event: AuditEvent, one: Case) => unknown,
): void => {
  const cases = casesIn(folder)
  describe('cases', () => {
    it.each(cases.map((one) => [one.rule, one.title, one] as const))(
      '%s %s',
      (_rule, _title, one) => {
        expect(like(read(eventFrom(one.event ?? {}), one), one.expect)).toEqual(one.expect)
      },
    )
    it('and rules are the same', () => {
      const spec = readFileSync(new URL('SPEC.md', folder), 'utf8')
      const rules = [...spec.matchAll(/^([A-Z]\d+)\./gm)].map((found) => found[1])
      expect([...new Set(cases.map((one) => one.rule))].sort()).toEqual([...rules].sort())
    })
  })
}

const casesIn = (folder: string): readonly Case[] =>
  readdirSync(new URL('cases/', folder))
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => parse(readFileSync(new URL(`cases/${name}`, folder), 'utf8')) as Case[])

/** What was read, cut down to what the case mentions and in its words. */
const like = (value: unknown, wanted: unknown): unknown => {
  if (value === CANNOT_TELL) return '?'
  if (value === undefined) return null
  if (Array.isArray(value)) {
    return value.map((one, index) => like(one, Array.isArray(wanted) ? wanted[index] : undefined))
  }
  if (typeof value !== 'object' || value === null) return value
  const fields = value as Readonly<Record<string, unknown>>
  const keys = typeof wanted === 'object' && wanted !== null ? Object.keys(wanted) : []
  const mentioned = wanted === undefined ? Object.keys(fields) : keys
  const asked = wanted as Readonly<Record<string, unknown>> | undefined
  return Object.fromEntries(mentioned.map((key) => [key, like(fields[key], asked?.[key])]))
}
