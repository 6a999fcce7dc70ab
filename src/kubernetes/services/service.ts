import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Known, ServiceFacts } from '../../model/facts.ts'
import {
  below,
  type Document,
  each,
  elements,
  member,
  orElse,
  text,
  texts,
  whole,
} from '../submission/document.ts'
import { type Submission, submissionOf } from '../submission/submission.ts'

/** How a request exposes a Service. Upstream: kubernetes/api core/v1, ServiceSpec. */
export const serviceOf = (event: AuditEvent): ServiceFacts | undefined | CannotTell => {
  const ref = event.objectRef
  if (ref?.resource !== 'services' || ref.apiGroup) return undefined
  if (ref.subresource && ref.subresource !== 'status') return undefined
  const written = submissionOf(event, ['Service'])
  if (written === undefined || written === CANNOT_TELL) return written
  if (ref.subresource) return { ...UNEXPOSED, ingress: ingressIn(written) }
  const spec = member(written.object, 'spec')
  return {
    type: orElse(text(member(spec, 'type')), typeBehind(written)),
    nodePorts: each(member(spec, 'ports'), nodePortOf),
    externalIPs: texts(member(spec, 'externalIPs')),
    ingress: undefined,
  }
}

const UNEXPOSED = { type: undefined, nodePorts: undefined, externalIPs: undefined }

/** The status says where a load balancer takes traffic; kube-proxy takes it there on every node. */
const ingressIn = ({ object }: Submission): Known<readonly string[]> =>
  each(below(object, ['status', 'loadBalancer', 'ingress']), (one) =>
    orElse(text(member(one, 'ip')), text(member(one, 'hostname'))),
  )

/** A patch of the ports opens them as the type that the service has, where the answer shows it. */
const typeBehind = (written: Submission): Known<string> => {
  const { object, result } = written
  const opened = elements(member(member(object, 'spec'), 'ports'))
  const opens = opened === CANNOT_TELL || (opened !== undefined && opened.length > 0)
  if (written.whole || !opens || result === undefined) return undefined
  return text(member(member(result, 'spec'), 'type'))
}

/** 0 opens none. */
const nodePortOf = (port: Document): Known<number> => {
  const number = whole(member(port, 'nodePort'))
  return number === 0 ? undefined : number
}
