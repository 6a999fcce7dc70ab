import { hash } from 'node:crypto'
import type { Truth } from '../base/truth.ts'
import type { Reason } from '../model/blindness.ts'
import type { AuditEvent } from '../model/event.ts'
import type { EventRef, Finding } from '../model/finding.ts'
import type { CountedAct } from './counted-act.ts'

/** What one rule says of an act; of a match the finding, still without the act's other events. */
export interface Signal {
  /** Its number in the rule set. */
  readonly rule: number
  readonly truth: Truth
  /** Why it cannot be told; empty for a match. */
  readonly reasons: readonly Reason[]
  /** Undefined also for a match of a rule that only serves correlations. */
  readonly finding: Finding | undefined
}

/** What was seen of an act in one block: the verdicts of its latest stage there. */
export interface ActRecord {
  /** Digest of what identifies the act, in hexadecimal. */
  readonly key: string
  /** Of the stage that gave the verdicts. */
  readonly rank: number
  /** Digest of that stage's bytes; `NO_CONTENT` when there are no signals. */
  readonly content: string
  readonly events: readonly EventRef[]
  readonly signals: readonly Signal[]
  /** What it is for correlations; most acts count nowhere. */
  readonly counted?: CountedAct
}

/**
 * Finished acts of which no rule has more to say than the others: many, so that they travel light.
 * The same as one `ActRecord` each, without events.
 */
export interface SettledActs {
  readonly rank: number
  readonly signals: readonly Signal[]
  /** For each act its key and its content, one after the other, `DIGEST_DIGITS` digits each. */
  readonly digests: string
}

/** Hexadecimal digits of a digest: 128 bits. */
export const DIGEST_DIGITS = 32

/** The content of an act that no rule has anything to say about. */
export const NO_CONTENT: string = '0'.repeat(DIGEST_DIGITS)

/**
 * The digest that the stages of one request share. The place where an event was read is not part of
 * it, so that a copy from the webhook joins the file's line; neither is anything that a client
 * could use alone to join two requests: the server's own microsecond, user and peer stand beside
 * its auditID.
 */
export const actKey = (event: AuditEvent): string => {
  const { cluster } = event.origin.source
  const target = event.requestURI ?? JSON.stringify(event.objectRef)
  // The length of each text that a client chooses keeps it from running over into the next.
  const user = measured(event.user.username)
  const chosen =
    measured(event.auditID) + measured(target) + user + measured(event.sourceIPs?.at(-1))
  const text = `${cluster}\n${event.requestReceivedTimestamp}\n${event.verb}\n${chosen}`
  return hash('sha256', text).slice(0, DIGEST_DIGITS)
}

const measured = (text: string | undefined): string => `${text?.length ?? '-'} ${text ?? ''}\n`

/**
 * `{"kind":"Event","apiVersion":"audit.k8s.io/v1",`: what a line has more than a webhook's item.
 */
const LINE_HEAD = Buffer.from('{"kind":"Event","apiVersion":"audit.k8s.io/v1",')

/**
 * Digest of an event's bytes: equal for the line of a file and the item of a webhook body. The
 * events of an envelope have the same bytes: `within` is the place among them.
 */
export const contentDigest = (raw: Uint8Array, within: number): string => {
  const head = raw.subarray(0, LINE_HEAD.length)
  const isLine = LINE_HEAD.equals(head)
  const digest = hash('sha256', isLine ? raw.subarray(LINE_HEAD.length) : raw.subarray(1))
  return (within === 0 ? digest : hash('sha256', `${digest}\n${within}`)).slice(0, DIGEST_DIGITS)
}

/** Identity of an event: where it was read, never its auditID, which the client may choose. */
export const eventId = (event: AuditEvent, fingerprint: string): string =>
  hash('sha256', eventPlace(event, fingerprint))

/**
 * The text behind `eventId`: a JSON list of cluster, server, fingerprint, offset, length, index.
 */
export const eventPlace = (event: AuditEvent, fingerprint: string): string => {
  const { source, offset, length, index } = event.origin
  return JSON.stringify([source.cluster, source.server, fingerprint, offset, length, index])
}

/** Identity of a finding: the rule and the act, wherever it was read. */
export const findingId = (ruleId: string, act: string): string =>
  hash('sha256', `${ruleId}\n${act}`).slice(0, DIGEST_DIGITS)
