import { CANNOT_TELL } from '../../base/truth.ts'
import type { Known, Wall } from '../../model/facts.ts'
import { below, type Document, elements, fieldsOf, member, text } from '../submission/document.ts'
import { seenIn } from './commands.ts'

/**
 * The walls around its containers that a pod takes down: in the securityContext of the pod or of a
 * container of any kind, or in the annotations that did so before there were fields.
 * Upstream: kubernetes/pod-security-admission policy/check_*.go, the baseline checks.
 */
export const readUnconfined = (spec: Document, metadata: Document): Known<readonly Wall[]> => {
  const contexts = [
    member(spec, 'securityContext'),
    ...CONTAINERS.flatMap((key) => contextsIn(member(spec, key))),
  ]
  const annotations = member(metadata, 'annotations')
  const tests = [
    ...contexts.flatMap((context) => TESTS.map((test) => () => test(context))),
    () => sysctlIn(contexts[0]),
    ...annotationTests(annotations),
  ]
  const found = seenIn(tests, (test) => test())
  return found === undefined || found === CANNOT_TELL ? found : [...new Set(found)]
}

const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers']

const contextsIn = (list: Document): readonly Document[] => {
  const containers = elements(list)
  if (containers === undefined) return []
  if (containers === CANNOT_TELL) return [CANNOT_TELL]
  return containers.map((container) => member(container, 'securityContext'))
}

type Test = (context: Document) => Known<Wall>

const whereText =
  (path: readonly string[], wall: Wall, isDown: (value: string) => boolean): Test =>
  (context) => {
    const value = text(below(context, path))
    return value === undefined || value === CANNOT_TELL ? value : isDown(value) ? wall : undefined
  }

/** Upstream: check_seLinuxOptions.go, the types of its newest version. */
const SELINUX_TYPES = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
])

const isUnconfined = (type: string): boolean => type === 'Unconfined'

const TESTS: readonly Test[] = [
  whereText(['procMount'], 'proc-mount', (type) => type === 'Unmasked'),
  whereText(['seccompProfile', 'type'], 'seccomp', isUnconfined),
  whereText(['appArmorProfile', 'type'], 'apparmor', isUnconfined),
  whereText(['seLinuxOptions', 'type'], 'selinux', (type) => !SELINUX_TYPES.has(type)),
  whereText(['seLinuxOptions', 'user'], 'selinux', (user) => user !== ''),
  whereText(['seLinuxOptions', 'role'], 'selinux', (role) => role !== ''),
  (context) => {
    const host = below(context, ['windowsOptions', 'hostProcess'])
    return host === CANNOT_TELL ? CANNOT_TELL : host === true ? 'host-process' : undefined
  },
]

/** Upstream: check_sysctls.go, those allowed by its newest version. */
const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_notsent_lowat',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
])

const sysctlIn = (context: Document): Known<Wall> => {
  const list = elements(member(context, 'sysctls'))
  if (list === undefined || list === CANNOT_TELL) return list
  const found = seenIn(list, (one): Known<Wall> => {
    const name = text(member(one, 'name'))
    if (name === undefined || name === CANNOT_TELL) return name
    return SAFE_SYSCTLS.has(name.replaceAll('/', '.')) ? undefined : 'sysctl'
  })
  return Array.isArray(found) ? 'sysctl' : (found as Known<Wall>)
}

/** By the beginning of an annotation's key. */
const ANNOTATIONS: readonly (readonly [string, Wall])[] = [
  ['container.apparmor.security.beta.kubernetes.io/', 'apparmor'],
  ['container.seccomp.security.alpha.kubernetes.io/', 'seccomp'],
  ['seccomp.security.alpha.kubernetes.io/pod', 'seccomp'],
]

const annotationTests = (annotations: Document): readonly (() => Known<Wall>)[] => {
  if (annotations === CANNOT_TELL) return [() => CANNOT_TELL]
  const fields = fieldsOf(annotations)
  if (fields === undefined) return []
  return Object.keys(fields).flatMap((key) => {
    const wall = ANNOTATIONS.find(([start]) => key.startsWith(start))?.[1]
    if (wall === undefined) return []
    const value = text(fields[key])
    return [() => (value === CANNOT_TELL ? value : value === 'unconfined' ? wall : undefined)]
  })
}
