/**
 * A body as the API server writes it with `omitManagedFields`: those of the object itself, of each
 * item of a list and of the object in each row of a table are gone, and nothing deeper. The given
 * body stays as it is.
 * Upstream: kubernetes/apiserver pkg/audit/request.go, copyWithoutManagedFields.
 */
export const withoutManagedFields = (body: unknown): unknown => {
  if (!isObject(body)) return body
  const own = withoutOwn(body)
  if (Array.isArray(body.items)) return { ...own, items: body.items.map(withoutOwnIfObject) }
  if (body.kind !== 'Table' || !Array.isArray(body.rows)) return own
  return { ...own, rows: body.rows.map(rowWithout) }
}

type JsonMembers = Readonly<Record<string, unknown>>

/** Whether a JSON value is an object. */
export const isObject = (value: unknown): value is JsonMembers =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const withoutOwnIfObject = (item: unknown): unknown => (isObject(item) ? withoutOwn(item) : item)

const withoutOwn = (object: JsonMembers): JsonMembers => {
  if (!isObject(object.metadata) || object.metadata.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

const rowWithout = (row: unknown): unknown =>
  isObject(row) && isObject(row.object) ? { ...row, object: withoutOwn(row.object) } : row
