import { copyOf, escapeKey, isObject, type Json, type JsonObject } from './json.ts'

/** A kind of object, and where in it the pod spec lies. */
export interface Kind {
  readonly kind: string
  readonly resource: string
  readonly group: string
  readonly namespaced: boolean
  readonly spec: readonly string[]
}

/** A kind by its names; `spec` leads to its pod spec. */
export function kindOf(
  kind: string,
  resource: string,
  group: string,
  spec: readonly string[],
  namespaced = true,
): Kind {
  return { kind, resource, group, namespaced, spec }
}

/** The event as the creation of `body`, an object of that kind. */
export const writeOf = (event: JsonObject, kind: Kind, body: JsonObject): JsonObject => {
  const { group, resource, namespaced } = kind
  const namespace = namespaced ? (textAt(event, 'objectRef', 'namespace') ?? 'shop') : undefined
  const apiVersion = group === '' ? 'v1' : `${group}/v1`
  const root = group === '' ? '/api/v1' : `/apis/${group}/v1`
  const within = namespace === undefined ? '' : `/namespaces/${namespace}`
  const object = { kind: kind.kind, apiVersion, ...body }
  const objectRef = { resource, namespace, apiGroup: group || undefined, apiVersion: 'v1' }
  return copyOf({
    ...event,
    level: 'RequestResponse',
    verb: 'create',
    requestURI: `${root}${within}/${resource}${triedOf(event.requestURI)}`,
    objectRef: { ...objectRef, name: 'name-1' } as unknown as JsonObject,
    responseStatus: { metadata: {}, code: 201 },
    requestObject: object,
    responseObject: object,
  })
}

/** The same object written by an update, of it or of a subresource. */
export const asUpdate = (created: JsonObject, name: string, subresource?: string): JsonObject => {
  const suffix = subresource === undefined ? '' : `/${subresource}`
  const ref = isObject(created.objectRef) ? created.objectRef : {}
  return copyOf({
    ...created,
    verb: 'update',
    requestURI: inserted(created.requestURI, `/${name}${suffix}`),
    objectRef: subresource === undefined ? ref : { ...ref, subresource },
    responseStatus: { metadata: {}, code: 200 },
  })
}

/** The update as a patch with this body. */
export const asPatch = (updated: JsonObject, body: Json): JsonObject =>
  copyOf({ ...updated, verb: 'patch', requestObject: body })

/** The creation by server-side apply. */
export const asApply = (created: JsonObject): JsonObject => ({
  ...asUpdate(created, 'name-1'),
  verb: 'patch',
  requestURI: joined(inserted(created.requestURI, '/name-1'), 'fieldManager=kubectl&force=true'),
  responseStatus: { metadata: {}, code: 201 },
})

/** The query of what was only tried (a dry run), which stays so. */
const triedOf = (uri: Json | undefined): string =>
  /[?&]dryRun=All(&|$)/.test(String(uri)) ? '?dryRun=All' : ''

/** The URI with more of a path before its query. */
const inserted = (uri: Json | undefined, path: string): string =>
  String(uri).replace(/(\?.*)?$/s, (query) => `${path}${query}`)

/** The URI with more of a query. */
const joined = (uri: string, query: string): string =>
  `${uri}${uri.includes('?') ? '&' : '?'}${query}`

/** Logged at level Request: the answer is not there to look things up in. */
export const withoutAnswer = (event: JsonObject): JsonObject => {
  const { responseObject: _dropped, ...rest } = event
  return { ...rest, level: 'Request' }
}

/** The metadata of the submitted object. */
export const metadataOf = (event: JsonObject): JsonObject => {
  const body = event.requestObject
  const metadata = isObject(body) ? body.metadata : undefined
  return isObject(metadata) ? metadata : { name: 'name-1' }
}

/** The operations of a JSON Patch that add every value of `value`, one by one. */
export const leafOperations = (value: Json, at: string): Json[] => {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item, index) => leafOperations(item, `${at}/${index}`))
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, item]) =>
      leafOperations(item, `${at}/${escapeKey(key)}`),
    )
  }
  return [operation('add', at, value)]
}

/** One operation of a JSON Patch. */
export const operation = (op: string, path: string, value: Json | undefined): JsonObject => ({
  op,
  path,
  value: value ?? null,
})

/** The value below these keys. */
export const nested = (path: readonly string[], value: JsonObject): JsonObject =>
  path.reduceRight<JsonObject>((inner, key) => ({ [key]: inner }), value)

/** What lies below these keys, if anything. */
export const below = (value: Json | undefined, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), value)

/** The text at that place of an event, if it is one. */
export const textAt = (event: JsonObject, ...path: string[]): string | undefined => {
  const found = below(event, path)
  return typeof found === 'string' ? found : undefined
}

/** The value if it is a list, else an empty one. */
export const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
