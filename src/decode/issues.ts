import type { IssueTable } from '../base/issue.ts'

/** What can be wrong with the content of a log. Every event around such a place still comes out. */
export const DECODE_ISSUES: IssueTable = {
  'decode/torn': {
    about: 'A record is cut off, as by a crash, a full disk, or the end of a copy.',
    remedy: 'Its end is lost. Look at the same time in the logs of the other API servers.',
    severity: 'warning',
  },
  'decode/broken': {
    about: 'A record is no JSON, and no whole event was found in it.',
    remedy: 'Look at the bytes at that place; the API server never writes such a line.',
    severity: 'error',
  },
  'decode/truncated-message': {
    about: 'A cloud or forwarder cut a message short, so its event cannot be read.',
    remedy: 'Raise the size limit of the forwarder, or lower the audit level for large bodies.',
    severity: 'error',
  },
  'decode/unparsable-body': {
    about: 'The request or response body of an event is no JSON; the rest of the event is used.',
    remedy: 'Rules that need the body answer "cannot tell" for this event.',
    severity: 'warning',
  },
  'decode/bad-type': {
    about: 'A known member has a wrong type. It is taken as absent, and fields of it as unknown.',
    remedy: 'The API server never writes this: ask what changed the log on its way.',
    severity: 'warning',
  },
  'decode/no-verb': {
    about: 'What is an event by everything else has no verb that is text. It is no event without.',
    remedy: 'The API server never writes this: look at the raw record, and at what changed it.',
    severity: 'error',
  },
  'decode/no-time': {
    about: 'An event says no time, so it cannot be placed in a timeline.',
    remedy: 'Collect the log where the time is still in it.',
    severity: 'warning',
  },
  'decode/duplicate-key': {
    about: 'An object has a key twice. The last one counts, as in all of deckwatch.',
    remedy: 'Somebody may be hiding a value from another reader: compare both.',
    severity: 'warning',
  },
  'decode/too-deep': {
    about: 'A record nests deeper than rules look.',
    remedy: 'No honest object nests so deep: look at the raw record.',
    severity: 'warning',
  },
  'decode/wrapped-too-deep': {
    about: 'A record is wrapped in more envelopes than are opened.',
    remedy: 'Unwrap the log before it is read.',
    severity: 'error',
  },
  'decode/nul-bytes': {
    about: 'A run of zero bytes, as a crash leaves them in a file that was being written.',
    remedy: 'Events may be lost here. Look at the same time in the other logs.',
    severity: 'warning',
  },
  'decode/bad-utf8': {
    about: 'A record is not valid UTF-8. The raw bytes are kept; text shows U+FFFD.',
    remedy: 'Nothing to do if it was sent so; else ask what changed the log on its way.',
    severity: 'warning',
  },
  'decode/lone-surrogate': {
    about: 'A record holds half of a UTF-16 pair, which no UTF-8 can say.',
    remedy: 'The API server never writes this: compare with the raw record.',
    severity: 'warning',
  },
  'decode/not-audit': {
    about: 'Records or lines that are no audit events, counted by block of the file.',
    remedy: 'Nothing to do if the file holds other things too.',
    severity: 'warning',
  },
  'decode/unknown-prefix': {
    about: 'A line of text holds what looks like an event, behind a prefix of no known tool.',
    remedy: 'Strip the prefix if the line is one of the audit log. It is not read: text may lie.',
    severity: 'warning',
  },
  'decode/cloud-api': {
    about: 'Records about the cloud’s own API (making clusters and node pools), not the cluster’s.',
    remedy: 'Nothing to do; they are not judged.',
    severity: 'warning',
  },
  'decode/binary': {
    about: 'The content is no text.',
    remedy: 'Give the log itself, or an archive of a known kind (tar, gzip, zstd).',
    severity: 'warning',
  },
  'decode/bad-yaml': {
    about: 'A YAML document cannot be read, or is larger or more entangled than is allowed.',
    remedy: 'Give the log as JSON lines.',
    severity: 'error',
  },
}
