import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Known, PersistentVolumeFacts } from '../../model/facts.ts'
import { cleanPath } from '../pod-spec/volumes.ts'
import { below, type Document, member, orElse, text } from '../submission/document.ts'
import { submissionOf } from '../submission/submission.ts'

/**
 * Where a PersistentVolume that a request writes keeps its data.
 * Upstream: kubernetes/api core/v1, PersistentVolumeSource.
 */
export const persistentVolumeOf = (
  event: AuditEvent,
): PersistentVolumeFacts | undefined | CannotTell => {
  const ref = event.objectRef
  if (ref?.resource !== 'persistentvolumes' || ref.apiGroup || ref.subresource) return undefined
  const written = submissionOf(event, ['PersistentVolume'])
  if (written === undefined || written === CANNOT_TELL) return written
  const spec = member(written.object, 'spec')
  const path = orElse(text(below(spec, ['hostPath', 'path'])), text(below(spec, ['local', 'path'])))
  return {
    type: typeOf(spec),
    path: typeof path === 'string' ? cleanPath(path) : path,
    driver: orElse(
      text(below(spec, ['csi', 'driver'])),
      text(below(spec, ['flexVolume', 'driver'])),
    ),
  }
}

/** Those that lead to a node or to code on it; the others are told apart by nobody here. */
const SOURCES = ['hostPath', 'local', 'flexVolume', 'csi']

const typeOf = (spec: Document): Known<string> => {
  const found = SOURCES.map((source) => [source, member(spec, source)] as const)
  const seen = found.find(([, value]) => value !== undefined && value !== CANNOT_TELL)
  if (seen !== undefined) return seen[0]
  return found.some(([, value]) => value === CANNOT_TELL) ? CANNOT_TELL : undefined
}
