import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Known, PodFacts, Wall } from '../../model/facts.ts'
import {
  below,
  type Document,
  each,
  elements,
  type Fields,
  fieldsOf,
  flag,
  member,
  orElse,
  says,
  text,
} from '../submission/document.ts'
import { type Submission, submissionOf } from '../submission/submission.ts'
import { readUnconfined } from './confinement.ts'
import { readContainers } from './containers.ts'
import { once } from './once.ts'
import { readNodeSelectors, readTolerations } from './placement.ts'
import { isRaised, type NodePower, powersOf } from './raised.ts'
import { type Mounts, readVolumes } from './volumes.ts'
import { type Workload, workloadOf } from './workloads.ts'

/** The pod spec that a request writes, wherever it sits; of a patch only what the patch sets. */
export const podOf = (event: AuditEvent): PodFacts | undefined | CannotTell => {
  const workload = workloadOf(event)
  if (workload === undefined) return undefined
  const written = submissionOf(event, workload.kinds)
  if (written === undefined || written === CANNOT_TELL) return written
  const spec = below(written.object, workload.spec)
  if (workload.ephemeralOnly) return readEphemeral(spec, written.object)
  const metadata = metadataIn(written.object, workload)
  // The body of the request is parsed only where the answer shows something that it may not hold.
  const asked = once(() => (written.result === undefined ? undefined : bodyOf(event)))
  const given = readSpec(spec, mountsIn(written, workload, spec), () => {
    const body = asked()
    return body && below(body, workload.spec)
  })
  const unconfined = once(() => readUnconfined(spec, metadata))
  const raised = once(() => {
    const powers = powersOf({ ...given, unconfined: unconfined() })
    const body = powers.size === 0 ? undefined : asked()
    return body !== undefined && isRaised(powersOf(powersIn(body, workload)), powers)
  })
  return {
    ...given,
    ...readOwners(written, workload),
    get unconfined(): Known<readonly Wall[]> {
      return unconfined()
    },
    get raisedByAdmission(): boolean {
      return raised()
    },
  }
}

type Owners = Pick<PodFacts, 'owned' | 'ownerKinds' | 'mirror'>
type Spec = Omit<PodFacts, keyof Owners | 'unconfined' | 'raisedByAdmission'>

const UNOWNED: Owners = { owned: undefined, ownerKinds: undefined, mirror: undefined }

/** Of a patch, containers that it does not mention may mount what it sets; the answer has them. */
const mountsIn = ({ whole, result }: Submission, workload: Workload, spec: Document): Mounts => {
  if (whole) return { spec, whole }
  return result === undefined
    ? { spec, whole }
    : { spec: below(result, workload.spec), whole: true }
}

/** The object as it was submitted; undefined where a patch or nothing was. */
const bodyOf = (event: AuditEvent): Fields | undefined =>
  event.verb === 'patch' ? undefined : fieldsOf(event.requestObject)

const powersIn = (object: Document, workload: Workload): NodePower => {
  const spec = below(object, workload.spec)
  return {
    ...readSpec(spec, { spec, whole: true }),
    unconfined: readUnconfined(spec, metadataIn(object, workload)),
  }
}

/** The metadata of the pod: of a template its own. */
const metadataIn = (object: Document, workload: Workload): Document =>
  below(object, [...workload.spec.slice(0, -1), 'metadata'])

const readSpec = (spec: Document, mounts: Mounts, asked?: () => Document): Spec => ({
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
  tolerations: readTolerations(spec),
  nodeSelectors: readNodeSelectors(spec),
  containers: spec === CANNOT_TELL ? CANNOT_TELL : readContainers(spec, asked),
  volumes: spec === CANNOT_TELL ? CANNOT_TELL : readVolumes(spec, mounts),
})

const nonEmpty = (name: Known<string>): Known<string> => (name === '' ? undefined : name)

/** The subresource writes the ephemeral containers and nothing else, whatever the body repeats. */
const readEphemeral = (spec: Document, object: Document): PodFacts => {
  const list = orElse(member(spec, 'ephemeralContainers'), member(object, 'ephemeralContainers'))
  const securityContext = member(spec, 'securityContext')
  return {
    ...readSpec(undefined, { spec: undefined, whole: true }),
    ...UNOWNED,
    get unconfined(): Known<readonly Wall[]> {
      return readUnconfined(list === CANNOT_TELL ? list : { ephemeralContainers: list }, undefined)
    },
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
  const mirror = isMirror(written, metadata)
  if (references === undefined && !written.whole && !says(metadata, 'ownerReferences')) {
    return { ...UNOWNED, mirror }
  }
  const list = elements(references)
  return {
    owned: list === CANNOT_TELL ? CANNOT_TELL : (list?.length ?? 0) > 0,
    ownerKinds: each(references, (reference) => text(member(reference, 'kind'))),
    mirror,
  }
}

/** Upstream: kubernetes/kubernetes pkg/kubelet/types/pod_update.go, IsMirrorPod. */
const isMirror = ({ whole }: Submission, metadata: Document): Known<boolean> => {
  const mark = member(member(metadata, 'annotations'), 'kubernetes.io/config.mirror')
  if (mark === CANNOT_TELL) return CANNOT_TELL
  return mark === undefined && !whole ? undefined : mark !== undefined
}
