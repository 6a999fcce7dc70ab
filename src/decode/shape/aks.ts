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
