import type { PolicyRequest, RequestedResource } from './policy.ts'

/** How a client asks: its method, and the target it asks for. */
export interface RequestTarget {
  readonly method: string
  readonly target: string
}

/**
 * A method and target that `readRequest` reads as this request, if any is: of an object the URL,
 * of anything else its path.
 */
export const targetOf = ({ verb, resource, path }: PolicyRequest): RequestTarget => {
  if (resource === undefined) {
    const method = verb.toUpperCase()
    return { method, target: path.split('/').map(encode).join('/') || '/' }
  }
  const asked =
    resource.name === '' ? '' : `?fieldSelector=metadata.name%3D${escaped(resource.name)}`
  const method = METHOD_OF_VERB[verb] ?? 'OPTIONS'
  if (verb === 'list') return { method, target: pathOf('', { ...resource, name: '' }) + asked }
  if (verb !== 'watch') return { method, target: pathOf(verb, resource) }
  if (canBeSelected(resource)) {
    const query = asked === '' ? '?watch=true' : `${asked}&watch=true`
    return { method, target: pathOf('', { ...resource, name: '' }) + query }
  }
  return { method, target: pathOf(verb, resource) }
}

/** The decoded path of the request for an object. */
export const pathOfObject = (verb: string, resource: RequestedResource): string => {
  const { target } = targetOf({ user: undefined, verb, resource, path: '' })
  const [path = ''] = target.split('?')
  return path.split('/').map(decodeURIComponent).join('/')
}

/** Versions of the groups whose objects are asked for most; of others, the most usual. */
const VERSIONS: Readonly<Record<string, string>> = {
  autoscaling: 'v2',
  'metrics.k8s.io': 'v1beta1',
}

const METHOD_OF_VERB: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
  proxy: 'GET',
}

const SPECIAL = new Set(['proxy', 'watch'])

const canBeSelected = ({ resource, name }: RequestedResource): boolean =>
  resource !== '' && name !== '.' && name !== '..' && !name.includes('%')

const pathOf = (verb: string, resource: RequestedResource): string => {
  const { group, subresource, namespace, name } = resource
  const version = Object.hasOwn(VERSIONS, group) ? (VERSIONS[group] ?? 'v1') : 'v1'
  const base = group === '' ? ['api', 'v1'] : ['apis', group, version]
  const object = [resource.resource, name, subresource]
  // Slashes at the end are cut off: a further part, which is not looked at, keeps them.
  if (object.join('') === '') object.push('x')
  const itself = resource.resource === 'namespaces' && namespace === name
  const short = itself && ['', 'status', 'finalize'].includes(subresource)
  const misread = SPECIAL.has(resource.resource) || resource.resource === 'namespaces'
  const within = !short && (namespace !== '' || misread) ? ['namespaces', namespace] : []
  const special = SPECIAL.has(verb) ? [verb] : []
  const parts = [...base, ...special, ...within, ...object]
  while (parts.at(-1) === '') parts.pop()
  return `/${parts.map(encode).join('/')}`
}

const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

/** A value within a field selector. */
const escaped = (name: string): string => encode(name.replaceAll(/[\\,=]/g, (one) => `\\${one}`))
