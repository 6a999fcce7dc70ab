import { escapeJson } from '../../base/escape-text.ts'
import type { Palette } from './palette.ts'

/**
 * A canonical event as indented JSON, line by line. Keys that a deciding field is read from stand
 * out; `fields` are the names of those fields.
 */
export const eventLines = (
  event: Record<string, unknown>,
  fields: readonly string[],
  palette: Palette,
): readonly string[] => {
  const isDeciding = deciderFor(fields)
  const path: string[] = []
  return escapeJson(JSON.stringify(event, null, 2))
    .split('\n')
    .map((line) => {
      const [, indent = '', key, rest = line.trimStart()] = LINE.exec(line) ?? []
      if (key === undefined) return line
      path.length = indent.length / 2 - 1
      path.push(JSON.parse(`"${key}"`))
      const paint = isDeciding(path) ? palette.warning : palette.accent
      const value = isDeciding(path) ? palette.strong(rest) : rest
      return `${indent}${paint(`"${key}"`)}: ${value}`
    })
}

const LINE = /^( *)"((?:[^"\\]|\\.)*)": (.*)$/

/** Where the derived fields that people ask about most are read from. */
const READ_FROM: Readonly<Record<string, readonly string[]>> = {
  'request.resource': ['objectRef.resource', 'objectRef.subresource'],
  'request.apiGroup': ['objectRef.apiGroup'],
  'request.path': ['requestURI'],
  'request.write': ['verb'],
  'request.dryRun': ['requestURI'],
  'request.scope': ['objectRef.namespace', 'objectRef.name', 'requestURI'],
  'actor.name': ['user.username', 'impersonatedUser.username'],
  'actor.kind': ['user.username', 'impersonatedUser.username'],
  'actor.groups': ['user.groups', 'impersonatedUser.groups'],
  'actor.namespace': ['user.username', 'impersonatedUser.username'],
  'actor.builtin': ['user.username', 'impersonatedUser.username'],
  'actor.impersonated': ['impersonatedUser'],
  'peer.address': ['sourceIPs'],
  'peer.class': ['sourceIPs'],
  'exec.command': ['requestURI'],
  'exec.plainCommand': ['requestURI'],
  'exec.tool': ['requestURI'],
  'exec.hosts': ['requestURI'],
  'exec.remoteHosts': ['requestURI'],
  'exec.stdin': ['requestURI'],
  'exec.tty': ['requestURI'],
  'request.pathSigns': ['requestURI'],
  'client.kind': ['userAgent'],
  'client.tool': ['userAgent'],
  'spoof.signals': ['auditID', 'sourceIPs', 'userAgent'],
  'csr.commonName': ['requestObject.spec.request'],
  'csr.organizations': ['requestObject.spec.request'],
  outcome: ['responseStatus.code', 'annotations.authorization.k8s.io/decision'],
}

/** A field of an object is found by its last word, wherever in a body it stands. */
function deciderFor(fields: readonly string[]): (path: readonly string[]) => boolean {
  const paths = new Set(fields.flatMap((field) => READ_FROM[field] ?? [field]))
  const words = new Set(
    fields.flatMap((field) => (READ_FROM[field] === undefined ? [field.split('.').pop()] : [])),
  )
  return (path) => {
    const inBody = path[0] === 'requestObject' || path[0] === 'responseObject'
    return paths.has(path.join('.')) || (inBody && words.has(path[path.length - 1]))
  }
}
