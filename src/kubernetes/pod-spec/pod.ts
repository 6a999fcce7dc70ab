import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Known, PodFacts } from '../../model/facts.ts'
import {
  below,
  type Document,
  each,
  elements,
  fieldsOf,
  flag,
  member,
  orElse,
  says,
  text,
} from '../submission/document.ts'
import { type Submission, submissionOf } from '../submission/submission.ts'
import { readContainers } from './containers.ts'
import { isRaised } from './raised.ts'
import { readVolumes } from './volumes.ts'
import { type Workload, workloadOf } from './workloads.ts'

/** The pod spec that a request writes, wherever it sits; of a patch only what the patch sets. */
export const podOf = (event: AuditEvent): PodFacts | undefined | CannotTell => {
  const workload = workloadOf(event)
  if (workload === undefined) return undefined
  const written = submissionOf(event, workload.kinds)
  if (written === undefined || written === CANNOT_TELL) return written
  const spec = below(written.object, workload.spec)
  if (workload.ephemeralOnly) return readEphemeral(spec, written.object)
  const given = readSpec(spec)
  const asked = written.result && askedIn(event, workload)
  const raisedByAdmission = asked !== undefined && isRaised(asked, given)
  return { ...given, ...readOwners(written, workload), raisedByAdmission }
}

type Owners = Pick<PodFacts, 'owned' | 'ownerKinds'>
type Spec = Omit<PodFacts, keyof Owners | 'raisedByAdmission'>

const UNOWNED: Owners = { owned: undefined, ownerKinds: undefined }

/** The spec as it was submitted; undefined where a patch or nothing was. */
const askedIn = (event: AuditEvent, workload: Workload): Spec | undefined => {
  const body = event.verb === 'patch' ? undefined : fieldsOf(event.requestObject)
  return body && readSpec(below(body, workload.spec))
}

const readSpec = (spec: Document): Spec => ({
  hostNetwork: flag(member(spec, 'hostNetwork')),
  hostPID: flag(member(spec, 'hostPID')),
  hostIPC: flag(member(spec, 'hostIPC')),
  shareProcessNamespace: flag(member(spec, 'shareProcessNamespace')),
  // The deprecated field counts where the other is absent.
  serviceAccountName: orElse(
    nonEmpty(text(member(spec, 'serviceAccountName'))),
    text(member(spec, 'serviceAccount')),
  ),
  nodeName: text(member(spec, 'nodeName')),
  containers: spec === CANNOT_TELL ? CANNOT_TELL : readContainers(spec),
  volumes: spec === CANNOT_TELL ? CANNOT_TELL : readVolumes(spec),
})

const nonEmpty = (name: Known<string>): Known<string> => (name === '' ? undefined : name)

/** The subresource writes the ephemeral containers and nothing else, whatever the body repeats. */
const readEphemeral = (spec: Document, object: Document): PodFacts => {
  const list = orElse(member(spec, 'ephemeralContainers'), member(object, 'ephemeralContainers'))
  const securityContext = member(spec, 'securityContext')
  return {
    ...readSpec(undefined),
    ...UNOWNED,
    raisedByAdmission: false,
    containers:
      list === CANNOT_TELL
        ? CANNOT_TELL
        : readContainers({ ephemeralContainers: list, securityContext }),
  }
}

const readOwners = (written: Submission, workload: Workload): Owners => {
  if (!workload.isPod) return UNOWNED
  const metadata = member(written.object, 'metadata')
  const references = member(metadata, 'ownerReferences')
  if (references === undefined && !written.whole && !says(metadata, 'ownerReferences')) {
    return UNOWNED
  }
  const list = elements(references)
  return {
    owned: list === CANNOT_TELL ? CANNOT_TELL : (list?.length ?? 0) > 0,
    ownerKinds: each(references, (reference) => text(member(reference, 'kind'))),
  }
}
