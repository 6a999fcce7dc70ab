import { type AuditEvent, STAGE_RANK } from '../model/event.ts'
import type { Given } from './command.ts'
import { sourceNames } from './hunt-request.ts'
import { readEvents } from './read-events.ts'
import { CommandError, EXIT, type Shell } from './shell.ts'

/** Where an event is looked for. */
export interface EventQuery {
  /** A file with one event, FILE@OFFSET, - for the standard input, or how an audit id begins. */
  readonly wanted: string
  /** Logs; with them `wanted` is an audit id. */
  readonly logs: readonly string[]
}

/**
 * The event that the user means. Of several with one audit id the most complete stage is taken; a
 * file with several events needs an offset.
 */
export const findEvent = async (
  { wanted, logs }: EventQuery,
  given: Given,
  shell: Shell,
): Promise<AuditEvent> => {
  const [, file = wanted, offset] = /^(.+)@(\d+)$/s.exec(wanted) ?? []
  const byId = logs.length > 0
  const accepts = (event: AuditEvent): boolean => {
    if (byId) return isNamed(event, wanted)
    return offset === undefined || isAt(event, Number(offset))
  }
  const all = await collect(byId ? logs : [file], accepts, given, shell)
  const found = byId ? ofOneId(all, wanted) : all
  const best = [...found].sort((a, b) => STAGE_RANK[b.stage] - STAGE_RANK[a.stage])[0]
  if (best === undefined) {
    throw new CommandError(
      EXIT.badInput,
      byId || file !== wanted
        ? `there is no event "${wanted}" in ${byId ? 'these logs' : file}`
        : `${file} holds no event, or is no file`,
      'name a file with one event, FILE@OFFSET, or an audit id and the logs to look in',
    )
  }
  if (!byId && offset === undefined && found.length > 1) {
    throw new CommandError(
      EXIT.badInput,
      `${file} holds more than one event`,
      `name one by its place, such as ${file}@${best.origin.offset}, or by audit id and logs`,
    )
  }
  return best
}

/** `decode --format text` shows so many characters of an audit id; so many name an event. */
export const AUDIT_ID_SHORT = 8

const AUDIT_ID_WHOLE = 36

const isNamed = ({ auditID }: AuditEvent, wanted: string): boolean => {
  const isShort = wanted.length >= AUDIT_ID_SHORT && wanted.length < AUDIT_ID_WHOLE
  return auditID === wanted || (isShort && auditID?.startsWith(wanted) === true)
}

/** Of ids that begin alike none is meant more than another, but for the whole one. */
const ofOneId = (found: readonly AuditEvent[], wanted: string): readonly AuditEvent[] => {
  const exact = found.filter(({ auditID }) => auditID === wanted)
  if (exact.length > 0) return exact
  const [one, another] = new Set(found.map(({ auditID }) => auditID))
  if (another === undefined) return found
  throw new CommandError(
    EXIT.badInput,
    `audit ids that begin with ${wanted} are more than one`,
    `name one whole, such as ${one} or ${another}`,
  )
}

async function collect(
  paths: readonly string[],
  accepts: (event: AuditEvent) => boolean,
  given: Given,
  shell: Shell,
): Promise<readonly AuditEvent[]> {
  const found: AuditEvent[] = []
  await readEvents(
    { paths, sources: sourceNames(given), strict: false, signal: shell.signal },
    {
      events: async (events) => {
        for (const event of events) {
          if (accepts(event) && found.length < FOUND_MAX) found.push(event)
        }
      },
      issue: () => {},
    },
  )
  return found
}

/** Enough for the stages of a request, and to know that a file holds several events. */
const FOUND_MAX = 16

const isAt = ({ origin }: AuditEvent, offset: number): boolean =>
  offset >= origin.offset && offset < origin.offset + Math.max(1, origin.length)
