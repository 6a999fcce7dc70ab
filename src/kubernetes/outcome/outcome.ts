import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent, ResponseStatus } from '../../model/event.ts'
import type { Outcome } from '../../model/facts.ts'
import { isDryRun } from '../request-info/dry-run.ts'

/**
 * What came of the request. A dry run that cannot be told counts as none: a claim to have changed
 * nothing must not hide a change.
 */
export const outcomeOf = (event: AuditEvent): Outcome | CannotTell => {
  const status = event.responseStatus
  if (event.annotations?.[DECISION] === 'forbid') return 'denied'
  const code = status?.code
  if (code === undefined || code < 100 || status?.message === CLOSED_EARLY) return CANNOT_TELL
  if (code < 400) return isDryRun(event) === true ? 'dry-run' : 'allowed'
  return code === 401 || code === 403 || wasRefused(event, status) ? 'denied' : 'failed'
}

const DECISION = 'authorization.k8s.io/decision'
const POLICY_FAILURE = 'validation.policy.admission.k8s.io/validation_failure'
/** Faked where nothing was written. Upstream: apiserver pkg/endpoints/filters/audit.go. */
const CLOSED_EARLY = 'Connection closed early'

/** Whether admission refused, with whatever code it chose. */
const wasRefused = (event: AuditEvent, status: ResponseStatus | undefined): boolean => {
  if (event.annotations?.[POLICY_FAILURE] !== undefined) return true
  const message = status?.message ?? ''
  return (
    (message.startsWith('admission webhook "') && message.includes(' denied the request')) ||
    (message.includes('ValidatingAdmissionPolicy ') && message.includes(' denied request'))
  )
}
