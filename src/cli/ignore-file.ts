import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml'
import type { Issue } from '../base/issue.ts'
import { LIMIT } from '../base/limit.ts'
import { matchesWildcard } from '../base/wildcard.ts'
import type { Finding } from '../model/finding.ts'

/** Findings that somebody decided not to see, why, and until when. */
export interface IgnoreEntry {
  /** The id of a rule or of a detection. */
  readonly rule: string
  /** Wildcards; undefined: any. */
  readonly actor: string | undefined
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly reason: string
  /** As written: acts from this moment on are shown again. */
  readonly expires: string
}

/** Reads an ignore file: a YAML list of entries. */
export const parseIgnoreFile = (
  text: string,
  file: string,
): { readonly entries: readonly IgnoreEntry[]; readonly issues: readonly Issue[] } => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', version: '1.2' })
  const issues: Issue[] = []
  const complain = (message: string, offset: number | undefined): void => {
    const { line, col } = lines.linePos(offset ?? 0)
    issues.push({ code: 'cli/ignore-entry', message, at: { file, line, column: col } })
  }
  // What the parser says after its first error follows from it.
  const [error] = document.errors
  if (error !== undefined) complain(error.message.split('\n')[0] ?? '', error.pos[0])
  const root = document.contents
  if (issues.length > 0 || root === null) return { entries: [], issues }
  if (!isSeq(root)) {
    complain('an ignore file is a list of entries', root.range?.[0])
    return { entries: [], issues }
  }
  if (root.items.length > LIMIT.ignoreEntriesMax) {
    complain(`more than ${LIMIT.ignoreEntriesMax} entries`, root.range?.[0])
    return { entries: [], issues }
  }
  const entries = root.items.flatMap((item): IgnoreEntry[] => {
    if (!isMap(item)) {
      complain('an entry is a map with rule, reason and expires', root.range?.[0])
      return []
    }
    return entryOf(item, (message) => complain(message, item.range?.[0]))
  })
  return { entries, issues }
}

/** Whether the entry speaks of the finding, whatever the time. */
export const speaksOf = (entry: IgnoreEntry, finding: Finding): boolean => {
  const { rule, target, actor } = finding
  const named = entry.rule.toLowerCase()
  return (
    (named === rule.id.toLowerCase() || named === rule.detection?.toLowerCase()) &&
    (allows(entry.actor, actor.name) || allows(entry.actor, actor.impersonator ?? actor.name)) &&
    allows(entry.namespace, target.namespace ?? '') &&
    allows(entry.name, target.name ?? '')
  )
}

/**
 * Whether the entry had expired when the act happened. The act's own time decides, never the clock:
 * the same log and the same file give the same answer on any day.
 */
export const hadExpired = (entry: IgnoreEntry, finding: Finding): boolean =>
  !(Date.parse(finding.time) < Date.parse(entry.expires))

const KEYS = ['rule', 'actor', 'namespace', 'name', 'reason', 'expires'] as const

function entryOf(map: YAMLMap, complain: (message: string) => void): IgnoreEntry[] {
  const values = new Map<string, string>()
  let good = true
  const refuse = (message: string): void => {
    good = false
    complain(message)
  }
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? String(key.value) : ''
    if (!KEYS.some((known) => known === name)) refuse(`unknown key "${name}": ${KEYS.join(', ')}`)
    else if (!isScalar(value) || typeof value.value !== 'string' || value.value.trim() === '') {
      refuse(`${name} must be a text`)
    } else values.set(name, value.value)
  }
  for (const name of ['rule', 'reason', 'expires']) {
    if (!values.has(name)) refuse(`the entry needs ${name}`)
  }
  const expires = values.get('expires') ?? ''
  if (good && !/^\d{4}-\d\d-\d\d/.test(expires)) refuse('expires must be a date, as 2027-01-31')
  else if (good && Number.isNaN(Date.parse(expires))) refuse(`"${expires}" is no date`)
  if (!good) return []
  return [
    {
      rule: values.get('rule') ?? '',
      actor: values.get('actor'),
      namespace: values.get('namespace'),
      name: values.get('name'),
      reason: values.get('reason') ?? '',
      expires,
    },
  ]
}

const allows = (pattern: string | undefined, text: string): boolean =>
  pattern === undefined || matchesWildcard(pattern, text)
