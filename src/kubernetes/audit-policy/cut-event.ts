import { CANNOT_TELL } from '../../base/truth.ts'
import type { Known } from '../../model/facts.ts'
import { isObject, withoutManagedFields } from './managed-fields.ts'
import { POLICY_LEVELS, type PolicyDecision } from './policy.ts'

/** What a policy's decision means for a record; which rule made it does not matter. */
export type LogDecision = Pick<PolicyDecision, 'level' | 'omitStages' | 'omitManagedFields'>

/** A record of `audit.k8s.io/v1` as JSON. */
type AuditRecord = Readonly<Record<string, unknown>>

/**
 * What an API server under this decision would have written of a request, given what one wrote
 * under another: undefined where it writes nothing, "cannot tell" where it would write something
 * that the given record lacks. The given record stays as it is and shares values with the new one.
 * Of managed fields it is taken that the record has them all. See SPEC.md.
 */
export const cutEvent = <Given extends AuditRecord>(
  record: Given,
  decision: LogDecision,
): Known<Given> => {
  const { level, omitStages, omitManagedFields } = decision
  if (level === 'None' || omitStages.some((stage) => stage === record.stage)) return undefined
  if (mayLack(record, decision)) return CANNOT_TELL
  const cut: { [name: string]: unknown } = { ...record, level }
  if (rank(level) < REQUEST) delete cut.requestObject
  else if (omitManagedFields && record.verb !== 'patch') strip(cut, 'requestObject')
  if (rank(level) < RESPONSE) delete cut.responseObject
  else if (omitManagedFields) strip(cut, 'responseObject')
  if (rank(level) < REQUEST) dropAnnotations(cut)
  // Members were taken away or made smaller; none changed its type.
  return cut as Given
}

const RANKED: readonly unknown[] = POLICY_LEVELS
const rank = (level: unknown): number => RANKED.indexOf(level)
const REQUEST = rank('Request')
const RESPONSE = rank('RequestResponse')

/** Whether an event under the decision may hold a body that this record was never given. */
const mayLack = (record: AuditRecord, { level, omitManagedFields }: LogDecision): boolean => {
  const from = rank(record.level)
  const to = rank(level)
  if (to < REQUEST || record.stage === 'RequestReceived') return false
  if (isTruncated(record)) return to !== from || omitManagedFields
  return from < to && (to === RESPONSE || mayHaveRequestBody(record))
}

const isTruncated = ({ annotations }: AuditRecord): boolean =>
  isObject(annotations) && annotations[TRUNCATED] === 'true'

const TRUNCATED = 'audit.k8s.io/truncated'
const DECISION = 'authorization.k8s.io/decision'

/** Reads and requests that are not about objects have no body, and one refused is not read. */
const mayHaveRequestBody = (record: AuditRecord): boolean => {
  const { requestObject, objectRef, verb, annotations } = record
  if (requestObject !== undefined || !isObject(objectRef)) return false
  if (verb === 'get' || verb === 'list' || verb === 'watch') return false
  if (typeof objectRef.subresource === 'string' && STREAMS.has(objectRef.subresource)) return false
  return !(isObject(annotations) && annotations[DECISION] === 'forbid')
}

const STREAMS = new Set(['exec', 'attach', 'portforward', 'proxy'])

const strip = (cut: { [name: string]: unknown }, body: string): void => {
  if (cut[body] !== undefined) cut[body] = withoutManagedFields(cut[body])
}

/** What is written only with bodies: patches of webhooks, and that bodies were cut off. */
const dropAnnotations = (cut: { [name: string]: unknown }): void => {
  if (!isObject(cut.annotations)) return
  const all = Object.entries(cut.annotations)
  const kept = all.filter(([key]) => key !== TRUNCATED && !key.startsWith(WEBHOOK_PATCH))
  if (kept.length === 0) delete cut.annotations
  else if (kept.length < all.length) cut.annotations = Object.fromEntries(kept)
}

/** Upstream: kubernetes/apiserver pkg/admission/plugin/webhook/mutating/dispatcher.go. */
const WEBHOOK_PATCH = 'patch.webhook.admission.k8s.io/'
