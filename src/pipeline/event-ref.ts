import { redactField } from '../decode/redact.ts'
import { eventId } from '../detect/act.ts'
import { type Mask, shown } from '../detect/describe.ts'
import type { AuditEvent } from '../model/event.ts'
import type { EventRef } from '../model/finding.ts'

/** Hides the secrets of one event in what is shown of it. */
export const maskOf =
  (event: AuditEvent): Mask =>
  (field, text) =>
    redactField(event, field, text)

/** Where an event lies, as findings name it. */
export const refOf = (event: AuditEvent, fingerprint: string): EventRef => ({
  id: eventId(event, fingerprint),
  auditID: event.auditID && shown(maskOf(event), 'auditID', event.auditID),
  stage: event.stage,
  time: event.stageTimestamp,
  server: event.origin.source.server,
  file: event.origin.source.file,
  offset: event.origin.offset,
  length: event.origin.length,
})
