import { NOTE_KINDS } from '../../model/source-fields.ts'
import type { NoteKind, SourceNote } from '../../model/source-health.ts'

/**
 * A note out of its JSON text, as a case of a rule has it, or what is wrong with it. What it does
 * not say was not measured; times and events may be left out, for no rule reads them.
 */
export const readNote = (text: string): SourceNote | string => {
  const value = parsed(text)
  if (value === undefined) return 'a note is JSON'
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a note is a map'
  const note: Readonly<Record<string, unknown>> = { ...HEAD, ...value }
  const kind = NOTE_KINDS.find((known) => known === note.kind)
  if (kind === undefined) return `kind is one of ${NOTE_KINDS.join(', ')}`
  const properties: Readonly<Record<string, PropertyType>> = { ...HEAD_TYPES, ...PROPERTIES[kind] }
  for (const [name, given] of Object.entries(note)) {
    const type = properties[name]
    if (type === undefined) return `a note about ${kind} has no ${name}`
    const isRight = type === 'list' ? Array.isArray(given) : typeof given === type
    if (!isRight) return `${name} is no ${type}`
  }
  // Every property was compared with the type that its kind has it as.
  return note as unknown as SourceNote
}

/** Undefined: it is no JSON. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const HEAD = { server: 'server', cluster: 'cluster', fromUs: 0, toUs: 0, key: '', events: [] }

type PropertyType = 'string' | 'number' | 'boolean' | 'list'

const HEAD_TYPES: Readonly<Record<string, PropertyType>> = {
  kind: 'string',
  cluster: 'string',
  server: 'string',
  way: 'string',
  fromUs: 'number',
  toUs: 'number',
  key: 'string',
  events: 'list',
}

const COUNT: Readonly<Record<string, PropertyType>> = { count: 'number' }
const SHARES: Readonly<Record<string, PropertyType>> = {
  ...COUNT,
  share: 'number',
  usualShare: 'number',
  plugin: 'string',
}

/** What each kind of note has besides its head. */
const PROPERTIES: Readonly<Record<NoteKind, Readonly<Record<string, PropertyType>>>> = {
  silence: {
    seconds: 'number',
    usualSeconds: 'number',
    othersLogging: 'number',
    otherWayLogs: 'boolean',
  },
  'missing-heartbeats': {
    seconds: 'number',
    usualSeconds: 'number',
    missed: 'number',
    otherEvents: 'number',
  },
  orphans: {
    ...COUNT,
    writes: 'number',
    atStop: 'boolean',
    verb: 'string',
    target: 'string',
    user: 'string',
  },
  gap: { ...COUNT, gapKind: 'string', bytes: 'number', seconds: 'number', message: 'string' },
  truncated: { ...COUNT, bytes: 'number' },
  'huge-metadata': { ...COUNT, bytes: 'number' },
  'missing-bodies': { ...COUNT, bytes: 'number' },
  'clock-skew': { aheadSeconds: 'number', aheadOfOthersSeconds: 'number' },
  eviction: {
    bytesPerSecond: 'number',
    usualBytesPerSecond: 'number',
    rotationSeconds: 'number',
    budgetSeconds: 'number',
    hugeMetadata: 'number',
  },
  undelivered: SHARES,
  unaccounted: SHARES,
  'audit-errors': SHARES,
  'hidden-share': SHARES,
  'policy-drift': {
    requestKind: 'string',
    level: 'string',
    otherLevel: 'string',
    otherServer: 'string',
  },
  'one-way': { ...COUNT, atStop: 'boolean' },
  'audit-id-collision': { auditID: 'string' },
}
