import type { Scalar } from '../../base/truth.ts'
import { isObject } from '../../decode/members.ts'
import { redactBody } from '../../decode/redact.ts'
import { factsAccess } from '../../detect/schema.ts'
import type { Facts } from '../../model/facts.ts'

/** A native path into a body, and the value there. */
export interface BodyTest {
  readonly field: string
  readonly value: Scalar
}

/**
 * What tells a body apart from others of its kind, by native paths: a handful of scalars that are
 * no names, times or secrets, and no status. For kinds that have no fields of their own.
 */
export const bodyTests = (facts: Facts): readonly BodyTest[] => {
  const { verb, requestObject, responseObject, objectRef } = facts.event
  if (!WRITES.has(verb)) return []
  const root = requestObject === undefined ? 'responseObject' : 'requestObject'
  // What is masked is asked for by nobody: it differs from what is there.
  const body = redactBody(requestObject ?? responseObject, objectRef)
  // A JSON Patch of one operation says `path` and `value`; of several, nobody knows which to which.
  const whole = Array.isArray(body) && body.length === 1 ? body[0] : body
  const tests = scalarsBelow(whole, root, 0)
  return tests.filter((test) => isThere(test, facts)).slice(0, TESTS_MAX)
}

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch'])

/** More than these tell no more. */
const TESTS_MAX = 5

const isThere = ({ field, value }: BodyTest, facts: Facts): boolean => {
  const found = factsAccess.value(field)(facts)
  return Array.isArray(found) && found.length === 1 && found[0] === value
}

/** Deeper down are details. */
const DEPTH_MAX = 6

const scalarsBelow = (value: unknown, path: string, depth: number): readonly BodyTest[] => {
  if (isObject(value)) {
    if (depth >= DEPTH_MAX) return []
    return Object.entries(value)
      .filter(([key]) => PLAIN_KEY.test(key) && !NAMING_KEY.test(key))
      .flatMap(([key, below]) => scalarsBelow(below, `${path}.${key}`, depth + 1))
  }
  return isTelling(value) ? [{ field: path, value }] : []
}

/** What stands for itself as the name of a field; no directive of a patch. */
const PLAIN_KEY = /^\w[\w./-]{0,120}$/

/** Members that say which object it is, when, or what became of it: not what is asked. */
const NAMING_KEY =
  /^(?:apiVersion|kind|op|name|generateName|namespace|nodeName|uid|resourceVersion|generation|managedFields|ownerReferences|status|kubectl\.kubernetes\.io\/.*|.*[tT]ime(?:stamp)?|.*-hash)$/

const TEXT_MAX = 80

const isTelling = (value: unknown): value is Scalar => {
  if (typeof value === 'number' || typeof value === 'boolean') return true
  if (typeof value !== 'string' || value === '' || value.length > TEXT_MAX) return false
  return !UUID.test(value) && !TIME.test(value)
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
const TIME = /^\d{4}-\d\d-\d\dT\d\d:/
