import type { ObjectRef } from '../../model/event.ts'

/** Whether a part of the reference could not be the name of anything that exists. */
export const isOddReference = (ref: ObjectRef): boolean => {
  const measured = ref.apiGroup?.endsWith('.metrics.k8s.io') === true
  return (
    isOdd(ref.resource, measured ? ANY : LABEL, 63) ||
    isOdd(ref.subresource, measured ? ANY : SUBRESOURCE, 63) ||
    isOdd(ref.namespace, LABEL, 63) ||
    isOdd(ref.apiGroup, SUBDOMAIN, 253) ||
    isOdd(ref.apiVersion, LABEL, 63) ||
    isOddName(ref, measured)
  )
}

/** The characters of a name, and those that it may begin and end with. */
interface Letters {
  readonly within: Uint8Array
  readonly ends: Uint8Array
}

const letters = (within: RegExp, ends: RegExp): Letters => ({
  within: tableOf(within),
  ends: tableOf(ends),
})

/** A 1 for each ASCII character in the class. A table, because it is asked on every event. */
const tableOf = (characters: RegExp): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_, code) =>
    characters.test(String.fromCharCode(code)) ? 1 : 0,
  )

const LABEL = letters(/[a-z0-9-]/, /[a-z0-9]/)
const SUBRESOURCE = letters(/[A-Za-z0-9-]/, /[A-Za-z0-9]/)
const SUBDOMAIN = letters(/[a-z0-9.-]/, /[a-z0-9]/)
/** Names of RBAC objects and of many extensions: nearly any path segment. */
const WIDE = letters(/[A-Za-z0-9._:@~+=,-]/, /[A-Za-z0-9._:@~+=,-]/)
/** Custom and external metrics, of which the name `*` asks for those of all objects. */
const ANY = letters(/[A-Za-z0-9._:*|@~+=,-]/, /[A-Za-z0-9._:*|@~+=,-]/)
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

const isOddName = (ref: ObjectRef, measured: boolean): boolean => {
  if (ref.subresource === 'proxy') return ref.name !== undefined && !WITH_PORT.test(ref.name)
  if (measured) return isOdd(ref.name, ANY, 253)
  return isOdd(ref.name, STRICT_GROUPS.has(ref.apiGroup ?? '') ? SUBDOMAIN : WIDE, 253)
}

const isOdd = (text: string | undefined, { within, ends }: Letters, most: number): boolean => {
  if (text === undefined || text === '') return false
  if (text === '.' || text === '..') return true
  if (text.length > most || !ends[text.charCodeAt(0)] || !ends[text.charCodeAt(text.length - 1)]) {
    return true
  }
  for (let i = 1; i < text.length - 1; i++) if (!within[text.charCodeAt(i)]) return true
  return false
}
