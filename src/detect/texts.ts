import { LIMIT } from '../base/limit.ts'
import type { AuditEvent, User } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import type { RowTexts } from '../sigma/emit/predicate.ts'

/**
 * The text that a keyword searches: every value that a person would see in the event, keys of
 * objects left out. What a level, a stage or a provider hides, or a body that is too much to look
 * at, may hold more.
 */
export const allTexts = ({ event }: Facts): RowTexts => {
  const texts = plainTexts(event)
  const isWhole = addStrings(event.requestObject, texts) && addStrings(event.responseObject, texts)
  return { texts, hidden: !isWhole || event.unknown !== 0 }
}

const plainTexts = (event: AuditEvent): string[] => {
  const texts: (string | undefined)[] = [
    event.verb,
    event.requestURI,
    event.userAgent,
    event.auditID,
    event.level,
    event.stage,
    event.requestReceivedTimestamp,
    event.stageTimestamp,
    ...(event.sourceIPs ?? []),
    ...textsOfUser(event.user),
    ...textsOfUser(event.impersonatedUser),
    ...Object.values(event.objectRef ?? {}),
    event.responseStatus?.status,
    event.responseStatus?.reason,
    event.responseStatus?.message,
    ...Object.values(event.annotations ?? {}),
  ]
  return texts.filter((text) => typeof text === 'string')
}

const textsOfUser = (user: User | undefined): readonly (string | undefined)[] => {
  if (user === undefined) return []
  const { username, uid, groups = [], extra = {} } = user
  return [username, uid, ...groups, ...Object.values(extra).flat()]
}

/** Adds every text in a body; false when it is too deep or too much to look at. */
const addStrings = (body: unknown, texts: string[]): boolean => {
  const left: { value: unknown; depth: number }[] = [{ value: body, depth: 0 }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, depth } = next
    if (typeof value === 'string') texts.push(value)
    else if (typeof value === 'object' && value !== null) {
      if (depth >= LIMIT.jsonDepthMax) return false
      for (const one of Object.values(value)) left.push({ value: one, depth: depth + 1 })
    }
    if (left.length > LIMIT.pathValuesMax || texts.length > LIMIT.pathValuesMax) return false
  }
  return true
}
