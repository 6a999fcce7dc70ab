import { Unreadable, type Value } from './value.ts'

/** What a file says that it is. */
export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/**
 * The version and kind of a file, as the API server finds them before it decodes: the only two
 * keys whose case does not matter; what is missing is that of its own policy type.
 * Upstream: kubernetes/apimachinery pkg/runtime/serializer/json/{meta,json}.go.
 */
export const versionOf = (file: Value): GroupVersionKind => {
  const found = keysOf(file)
  const [group, version] = groupVersionOf(found.apiVersion, file.at)
  const isOwn = version === '' && (group === '' || group === GROUP)
  return {
    group: isOwn ? GROUP : group,
    version: isOwn ? INTERNAL : version,
    kind: found.kind === '' ? 'Policy' : found.kind,
  }
}

/** The group of audit policies. */
export const GROUP = 'audit.k8s.io'

/** The version of the types that no file is written in. */
export const INTERNAL = '__internal'

function keysOf(file: Value): { apiVersion: string; kind: string } {
  const found = { apiVersion: '', kind: '' }
  if (file.kind === 'null') return found
  if (file.kind !== 'map') throw misfit(NAMES[file.kind], TARGET, file.at)
  let wrong: Unreadable | undefined
  for (const { key, value } of file.members) {
    const name = FIELDS.get(folded(key))
    if (name === undefined || value.kind === 'null') continue
    if (value.kind === 'text') found[name] = value.text
    else wrong ??= misfit(NAMES[value.kind], `Go struct field .${name} of type string`, value.at)
  }
  if (wrong !== undefined) throw wrong
  return found
}

const misfit = (said: string, target: string, at: number): Unreadable =>
  new Unreadable(
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${said} into ${target}`,
    at,
  )

const TARGET = 'Go value of type struct with apiVersion and kind'

const NAMES: Readonly<Record<Exclude<Value['kind'], 'null'>, string>> = {
  boolean: 'bool',
  number: 'number',
  text: 'string',
  list: 'array',
  map: 'object',
}

const FIELDS: ReadonlyMap<string, 'apiVersion' | 'kind'> = new Map([
  ['apiversion', 'apiVersion'],
  ['kind', 'kind'],
])

/** As Go compares keys without case: the Kelvin sign is a k, the long s an s. */
const folded = (key: string): string =>
  key.replaceAll('\u212a', 'k').replaceAll('\u017f', 's').toLowerCase()

/** Upstream: kubernetes/apimachinery pkg/runtime/schema/group_version.go, ParseGroupVersion. */
function groupVersionOf(apiVersion: string, at: number): readonly [string, string] {
  if (apiVersion === '' || apiVersion === '/') return ['', '']
  const [group = '', version, ...more] = apiVersion.split('/')
  if (version === undefined) return ['', group]
  if (more.length > 0) throw new Unreadable(`unexpected GroupVersion string: ${apiVersion}`, at)
  return [group, version]
}

/** The kinds of audit.k8s.io/v1 that are no policy: known, and of no use as one. */
export const OTHER_KINDS: ReadonlySet<string> = new Set([
  'Event',
  'EventList',
  'PolicyList',
  'WatchEvent',
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'ListOptions',
  'PatchOptions',
  'UpdateOptions',
])
