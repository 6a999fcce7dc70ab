import type { ObjectRef } from '../../model/event.ts'

/** Whether a part of the reference could not be the name of anything that exists. */
export const isOddReference = (ref: ObjectRef): boolean => {
  const measured = ref.apiGroup?.endsWith('.metrics.k8s.io') === true
  return (
    isOdd(ref.resource, measured ? METRIC : LABEL, 63) ||
    isOdd(ref.subresource, measured ? METRIC : SUBRESOURCE, 63) ||
    isOdd(ref.namespace, LABEL, 63) ||
    isOdd(ref.apiGroup, SUBDOMAIN, 253) ||
    isOdd(ref.apiVersion, LABEL, 63) ||
    isOdd(ref.name, measured ? METRIC : namePattern(ref), 253)
  )
}

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/
const SUBRESOURCE = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/
/** Names of RBAC objects and of many extensions: any path segment; letters, digits, `system:x`. */
const WIDE = /^[A-Za-z0-9_]([A-Za-z0-9._:@~+=,-]*)$/
/** Custom and external metrics: the name `*` asks for all pods. */
const METRIC = /^[A-Za-z0-9._:*|@~+=,-]+$/
/** `https:name:port`, as proxies to pods, services and nodes take. */
const WITH_PORT = /^([a-z]+:)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[a-z0-9-]*)?$/

/** Groups whose objects must have DNS subdomain names. (A table of data.) */
const STRICT_GROUPS = new Set([
  '',
  'apps',
  'batch',
  'autoscaling',
  'policy',
  'extensions',
  'networking.k8s.io',
  'storage.k8s.io',
  'scheduling.k8s.io',
  'discovery.k8s.io',
  'coordination.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
])

const namePattern = (ref: ObjectRef): RegExp => {
  if (ref.subresource === 'proxy') return WITH_PORT
  return STRICT_GROUPS.has(ref.apiGroup ?? '') ? SUBDOMAIN : WIDE
}

const isOdd = (text: string | undefined, pattern: RegExp, most: number): boolean =>
  text !== undefined && text !== '' && (text.length > most || !pattern.test(text))
