import { CANNOT_TELL, type FieldValue } from '../base/truth.ts'
import type { FieldType, Trust } from './fields.ts'
import type { NoteKind, SourceNote } from './source-health.ts'

/** Something that a rule about a log itself can read. */
export interface SourceField {
  readonly name: string
  readonly type: FieldType
  readonly trust: Trust
  /** The kinds of notes that have it; of all others it is absent. Undefined: all. */
  readonly kinds: readonly NoteKind[] | undefined
  /** All values it can have, where that is a closed set. */
  readonly values?: readonly string[]
  /** A sentence for the reference page. */
  readonly about: string
  readonly read: (note: SourceNote) => FieldValue
}

/** What notes are about, in the words of `source.kind`. */
export const NOTE_KINDS: readonly NoteKind[] = [
  'silence',
  'missing-heartbeats',
  'orphans',
  'gap',
  'truncated',
  'huge-metadata',
  'missing-bodies',
  'clock-skew',
  'eviction',
  'undelivered',
  'unaccounted',
  'audit-errors',
  'hidden-share',
  'policy-drift',
  'one-way',
  'audit-id-collision',
]

/** The kinds of gaps that `source.gapKind` can say. */
const GAP_KINDS = [
  ...['retention', 'truncated-file', 'torn', 'damaged-file', 'oversize', 'quarantine'],
  ...['log-damage', 'silence', 'undelivered'],
]

/**
 * Every field of rules for `service: audit-source`: what is noted of the log itself, not of an
 * event in it. The one table for the linter, the predicate and the reference page. (A table of
 * data: exempt from the file size limit.)
 */
export const SOURCE_FIELDS: readonly SourceField[] = [
  common('source.kind', (note) => note.kind, 'What is noted.', NOTE_KINDS),
  common('source.cluster', (note) => note.cluster, 'The cluster.'),
  common('source.server', (note) => note.server, 'The API server whose log it is.'),
  common(
    'source.way',
    (note) => note.way,
    'The way it comes by; absent where it is about the API server, however its log comes.',
    ['webhook', 'file', 'import'],
  ),
  measure(
    'source.silenceSeconds',
    'number',
    ['silence', 'missing-heartbeats'],
    'seconds',
    'For how long there has been nothing: no event, or no heartbeat.',
  ),
  measure(
    'source.usualSilenceSeconds',
    'number',
    ['silence', 'missing-heartbeats'],
    'usualSeconds',
    'The longest silence that is usual for this log. Unknown while too little was seen.',
  ),
  field(
    'source.timesUsual',
    'number',
    'server',
    ['silence', 'missing-heartbeats', 'eviction'],
    timesUsual,
    'How many times the usual it is: of a silence its length, of eviction the bytes per second.',
  ),
  orAbsent(
    measure(
      'source.othersLogging',
      'number',
      ['silence'],
      'othersLogging',
      'Other API servers of the cluster that still log. Absent where there is no other.',
    ),
  ),
  orAbsent(
    measure(
      'source.otherWayLogs',
      'boolean',
      ['silence'],
      'otherWayLogs',
      'Whether the same log still comes by its other way. Absent where it has only one.',
    ),
  ),
  measure(
    'source.missedHeartbeats',
    'number',
    ['missing-heartbeats'],
    'missed',
    'Renewals of leases that usually come in that time.',
  ),
  measure(
    'source.otherEvents',
    'number',
    ['missing-heartbeats'],
    'otherEvents',
    'Events of the same log since its last heartbeat.',
  ),
  measure(
    'source.orphans',
    'number',
    ['orphans'],
    'count',
    'Requests that arrived and of which no answer was logged, of one user and kind.',
  ),
  measure('source.orphanWrites', 'number', ['orphans'], 'writes', 'Those among them that write.'),
  measure(
    'source.atStop',
    'boolean',
    ['orphans', 'one-way'],
    'atStop',
    'Whether the API server stopped or started just then, which leaves requests without an end.',
  ),
  measure('source.verb', 'text', ['orphans'], 'verb', 'The verb of the requests.'),
  measure(
    'source.target',
    'text',
    ['orphans'],
    'target',
    'The resource or path of the requests.',
    'client',
  ),
  measure('source.user', 'text', ['orphans'], 'user', 'The authenticated user of the requests.'),
  measure(
    'source.gapKind',
    'text',
    ['gap'],
    'gapKind',
    'Why something was not ingested.',
    'server',
    GAP_KINDS,
  ),
  measure(
    'source.gapBytes',
    'number',
    ['gap'],
    'bytes',
    'How many bytes; unknown up to an unknown end.',
  ),
  measure('source.gapEvents', 'number', ['gap'], 'count', 'How many events, where that is known.'),
  measure(
    'source.gapSeconds',
    'number',
    ['gap'],
    'seconds',
    'The time that the missing events lie in.',
  ),
  measure(
    'source.truncatedEvents',
    'number',
    ['truncated'],
    'count',
    'Events whose bodies the API server cut off, within an hour.',
  ),
  measure(
    'source.hugeMetadataEvents',
    'number',
    ['huge-metadata'],
    'count',
    'Events at level Metadata of an unusual length, within an hour.',
  ),
  measure('source.hugeMetadataBytes', 'number', ['huge-metadata'], 'bytes', 'All their bytes.'),
  measure(
    'source.missingBodies',
    'number',
    ['missing-bodies'],
    'count',
    'Events without the body that their level promises, within an hour.',
  ),
  field(
    'source.skewSeconds',
    'number',
    'server',
    ['clock-skew'],
    skew,
    'How far the clock of the API server is from ours, ahead or behind.',
  ),
  field(
    'source.skewFromOthersSeconds',
    'number',
    'server',
    ['clock-skew'],
    skewFromOthers,
    'How far it is from the clocks of the other API servers. Absent where there is no other.',
  ),
  measure(
    'source.bytesPerSecond',
    'number',
    ['eviction'],
    'bytesPerSecond',
    'Bytes of log each second, over the last minute.',
  ),
  orAbsent(
    measure(
      'source.rotationSeconds',
      'number',
      ['eviction'],
      'rotationSeconds',
      'Between the last two rotations of the file. Absent where none was seen of late.',
    ),
  ),
  measure(
    'source.budgetSeconds',
    'number',
    ['eviction'],
    'budgetSeconds',
    'Until rotation deletes what is not read yet. Unknown where the log is no file.',
  ),
  measure(
    'source.hugeMetadataLately',
    'number',
    ['eviction'],
    'hugeMetadata',
    'Events at level Metadata of an unusual length, within the last minute.',
  ),
  measure(
    'source.missingEvents',
    'number',
    ['undelivered'],
    'count',
    'Events that the API server counted, did not call lost, and that never came.',
  ),
  measure(
    'source.extraEvents',
    'number',
    ['unaccounted'],
    'count',
    'Events that came and that the API server never counted.',
  ),
  measure(
    'source.auditErrors',
    'number',
    ['audit-errors'],
    'count',
    'Events that the API server calls perhaps lost, within an hour.',
  ),
  measure(
    'source.plugin',
    'text',
    ['audit-errors'],
    'plugin',
    'The part of it that says so.',
    'server',
    ['log', 'webhook', 'buffered', 'truncate'],
  ),
  measure(
    'source.hiddenShare',
    'number',
    ['hidden-share'],
    'share',
    'Share of requests that the policy does not log at all, from 0 to 1.',
  ),
  measure('source.usualHiddenShare', 'number', ['hidden-share'], 'usualShare', 'The same before.'),
  measure(
    'source.requestKind',
    'text',
    ['policy-drift'],
    'requestKind',
    'The kind of request that is logged differently, such as `get secrets by user`.',
  ),
  measure('source.level', 'text', ['policy-drift'], 'level', 'The level at this API server.'),
  measure('source.otherLevel', 'text', ['policy-drift'], 'otherLevel', 'The level at another one.'),
  measure('source.otherServer', 'text', ['policy-drift'], 'otherServer', 'The other one.'),
  measure(
    'source.lackingEvents',
    'number',
    ['one-way'],
    'count',
    'Events that did not come by this way, and came by the other.',
  ),
  measure(
    'source.auditID',
    'text',
    ['audit-id-collision'],
    'auditID',
    'The id that two different events share. A client may choose it.',
    'anyone',
  ),
]

/** The field with this name, exactly. */
export const findSourceField = (name: string): SourceField | undefined => BY_NAME.get(name)

const BY_NAME = new Map(SOURCE_FIELDS.map((one) => [one.name, one]))

function common(
  name: string,
  read: SourceField['read'],
  about: string,
  values?: readonly string[],
): SourceField {
  return field(name, 'text', 'server', undefined, read, about, values)
}

/** A property of some kinds of notes; undefined there means that it was not measured. */
function measure(
  name: string,
  type: FieldType,
  kinds: readonly NoteKind[],
  property: string,
  about: string,
  trust: Trust = 'server',
  values?: readonly string[],
): SourceField {
  const read = (note: SourceNote): FieldValue => {
    if (!kinds.includes(note.kind)) return undefined
    const value: unknown = Reflect.get(note, property)
    const isScalar = ['string', 'number', 'boolean'].includes(typeof value)
    return isScalar ? (value as FieldValue) : CANNOT_TELL
  }
  return field(name, type, trust, kinds, read, about, values)
}

/** Not to have it is no lack of measuring. */
function orAbsent(one: SourceField): SourceField {
  const read = (note: SourceNote): FieldValue => {
    const value = one.read(note)
    return value === CANNOT_TELL ? undefined : value
  }
  return { ...one, read }
}

function field(
  name: string,
  type: FieldType,
  trust: Trust,
  kinds: readonly NoteKind[] | undefined,
  read: SourceField['read'],
  about: string,
  values?: readonly string[],
): SourceField {
  return { name, type, trust, kinds, read, about, ...(values === undefined ? {} : { values }) }
}

function timesUsual(note: SourceNote): FieldValue {
  switch (note.kind) {
    case 'silence':
    case 'missing-heartbeats':
      return ratio(note.seconds, note.usualSeconds)
    case 'eviction':
      return ratio(note.bytesPerSecond, note.usualBytesPerSecond)
    default:
      return undefined
  }
}

/** How much more than nothing something is, nobody can tell. */
function ratio(value: number, usual: number | undefined): FieldValue {
  const times = usual === undefined || usual <= 0 ? Number.NaN : value / usual
  return Number.isNaN(times) ? CANNOT_TELL : times
}

/** A note out of a file of cases may lack even this. */
function skew(note: SourceNote): FieldValue {
  if (note.kind !== 'clock-skew') return undefined
  const seconds = Math.abs(note.aheadSeconds)
  return Number.isNaN(seconds) ? CANNOT_TELL : seconds
}

function skewFromOthers(note: SourceNote): FieldValue {
  if (note.kind !== 'clock-skew') return undefined
  return note.aheadOfOthersSeconds === undefined ? CANNOT_TELL : Math.abs(note.aheadOfOthersSeconds)
}
