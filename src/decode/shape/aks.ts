import { inside, type Shape } from './shape.ts'

/**
 * Azure's diagnostic records: `properties.log` is the line as text or as an object. Other
 * categories put klog text into the same member. Log Analytics calls it `log_s`.
 */
export const aks: Shape = {
  name: 'aks',
  about: 'AKS diagnostic records, alone or in `{records: […]}`; `properties.log` or `log_s`.',
  proof: 'sample',
  open: (record) => {
    if (Array.isArray(record.records)) return inside(record.records)
    const log = record.properties?.log ?? record.log_s
    const named = record.category !== undefined || record.Category !== undefined
    if (log !== undefined && (named || record.properties !== undefined)) return inside([log])
    return record.log_s === undefined ? undefined : inside([record.log_s])
  },
}

/**
 * A row of Log Analytics' resource-specific tables. A body too big for a row is a text that says
 * so; it is left out here, and so found missing.
 */
export const aksTable: Shape = {
  name: 'aks-table',
  about: 'Rows of the Log Analytics tables `AKSAudit` and `AKSAuditAdmin`.',
  proof: 'documentation',
  open: (row) => {
    if (typeof row.Verb !== 'string' || row.AuditId === undefined) return undefined
    return inside([
      {
        verb: row.Verb,
        auditID: row.AuditId,
        level: row.Level,
        stage: row.Stage,
        requestURI: row.RequestUri,
        user: dynamic(row.User),
        sourceIPs: dynamic(row.SourceIps),
        userAgent: row.UserAgent,
        objectRef: dynamic(row.ObjectRef),
        responseStatus: dynamic(row.ResponseStatus),
        requestObject: dynamic(row.RequestObject),
        responseObject: dynamic(row.ResponseObject),
        requestReceivedTimestamp: row.RequestReceivedTime,
        stageTimestamp: row.StageReceivedTime ?? row.RequestReceivedTime,
        annotations: dynamic(row.Annotations),
      },
    ])
  },
}

/** A dynamic column: exports write it as JSON, or as text that holds JSON. */
function dynamic(column: unknown): unknown {
  if (typeof column !== 'string') return column ?? undefined
  try {
    return JSON.parse(column)
  } catch {
    return undefined // No JSON: "skipped-too-big-size-object", or an empty column.
  }
}
