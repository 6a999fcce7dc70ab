/** A wrapping in which lines of an audit log are sent. */
export interface Wrap {
  readonly name: string
  readonly wrap: (line: string) => string
}

const TIME = '2026-11-20T21:52:57.356447Z'

const json = (value: unknown): string => JSON.stringify(value)

/** Wrappings in which texts stand within texts, and those that name things otherwise. */
export const WRAPS: readonly Wrap[] = [
  { name: 'an EventList', wrap: (line) => `{"kind":"EventList","items":[${line},${line}]}` },
  { name: 'a JSON array', wrap: (line) => `[${line}]` },
  { name: 'Docker', wrap: (line) => json({ log: `${line}\n`, stream: 'stdout', time: TIME }) },
  { name: 'Fluent Bit', wrap: (line) => json({ date: 1, log: line }) },
  { name: 'Vector', wrap: (line) => json({ message: line, source_type: 'file' }) },
  {
    name: 'a subscription of CloudWatch',
    wrap: (line) => json({ logEvents: [{ id: '1', timestamp: 1, message: line }] }),
  },
  {
    name: 'AKS',
    wrap: (line) =>
      json({ records: [{ category: 'kube-audit', properties: { log: `${line}\n` } }] }),
  },
  { name: 'AKS, as an object', wrap: (line) => `{"category":"x","properties":{"log":${line}}}` },
  { name: 'a table of Log Analytics', wrap: tableOf },
  { name: 'GKE', wrap: gkeOf },
  { name: 'an AdmissionReview', wrap: admissionOf },
  { name: 'OTLP as text', wrap: (line) => otlp({ stringValue: line }) },
  { name: 'OTLP as values', wrap: (line) => otlp(anyValue(JSON.parse(line))) },
  { name: 'Splunk', wrap: (line) => json({ result: { _raw: line } }) },
  {
    name: 'Docker in AKS',
    wrap: (line) => json({ log_s: json({ log: line, stream: 'a', time: TIME }) }),
  },
  { name: 'Filebeat', wrap: (line) => `{"@timestamp":"${TIME}","kubernetes":{"audit":${line}}}` },
  { name: 'syslog', wrap: (line) => `<14>1 ${TIME} host kube-apiserver - - - ${line}` },
  { name: 'a container’s log', wrap: (line) => `${TIME} stdout F ${line}` },
  { name: 'CSV', wrap: (line) => `${TIME},"${line.replaceAll('"', '""')}",x` },
  { name: 'quotes', wrap: (line) => json(line) },
  { name: 'a torn line', wrap: (line) => line.slice(0, -12) },
  { name: 'a line cut by CloudWatch', wrap: (line) => `${line.slice(0, -12)}[Truncated...]` },
  {
    name: 'a broken line',
    wrap: (line) => line.replace('"requestReceivedTimestamp":', '"x":oops,'),
  },
  { name: 'two glued lines', wrap: (line) => `${line.slice(0, -30)}${line}` },
  { name: 'pretty lines', wrap: (line) => JSON.stringify(JSON.parse(line), undefined, 2) },
]

interface Event {
  readonly [name: string]: unknown
  readonly verb: string
  readonly objectRef: Readonly<Record<string, string>>
}

function tableOf(line: string): string {
  const event: Event = JSON.parse(line)
  return json({
    Verb: event.verb,
    AuditId: event.auditID,
    RequestUri: event.requestURI,
    ObjectRef: json(event.objectRef),
    RequestObject: json(event.requestObject),
    ResponseObject: json(event.responseObject),
    RequestReceivedTime: TIME,
  })
}

function gkeOf(line: string): string {
  const event: Event = JSON.parse(line)
  const { resource, namespace, name, apiGroup } = event.objectRef
  return json({
    protoPayload: {
      methodName: `io.k8s.${apiGroup ?? 'core'}.v1.${resource}.${event.verb}`,
      resourceName: `${apiGroup ?? 'core'}/v1/namespaces/${namespace}/${resource}/${name}`,
      request: event.requestObject,
      response: event.responseObject,
      requestMetadata: { callerSuppliedUserAgent: event.requestURI },
    },
    timestamp: TIME,
  })
}

function admissionOf(line: string): string {
  const event: Event = JSON.parse(line)
  const { resource, namespace, name } = event.objectRef
  return json({
    kind: 'AdmissionReview',
    requestReceivedTimestamp: TIME,
    request: {
      operation: 'UPDATE',
      resource: { group: '', version: 'v1', resource },
      namespace,
      name,
      userInfo: { username: event.requestURI },
      object: event.requestObject,
      oldObject: event.responseObject,
    },
  })
}

const otlp = (body: unknown): string =>
  json({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] })

/** A value as OTLP writes it. */
function anyValue(value: unknown): unknown {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') return { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  if (typeof value !== 'object' || value === null) return { boolValue: value === true }
  const values = Object.entries(value).map(([key, one]) => ({ key, value: anyValue(one) }))
  return { kvlistValue: { values } }
}
