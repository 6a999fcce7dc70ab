import type { AuditEvent } from '../../model/event.ts'

/**
 * The webhooks that could not be asked about this request, and were passed over because their
 * failurePolicy is Ignore. Undefined: none.
 * Upstream: kubernetes/apiserver pkg/admission/plugin/webhook/{mutating,validating}/dispatcher.go;
 * the key ends in the round and the place of the webhook, the value is its name.
 */
export const failedOpenOf = (event: AuditEvent): readonly string[] | undefined => {
  const { annotations } = event
  if (annotations === undefined) return undefined
  let names: string[] | undefined
  for (const key of Object.keys(annotations)) {
    if (!key.startsWith('failed-open.')) continue
    const name = annotations[key]
    if (name !== undefined && (key.startsWith(MUTATING) || key.startsWith(VALIDATING))) {
      names ??= []
      names.push(name)
    }
  }
  return names
}

const MUTATING = 'failed-open.mutating.webhook.admission.k8s.io/'
const VALIDATING = 'failed-open.validating.webhook.admission.k8s.io/'
