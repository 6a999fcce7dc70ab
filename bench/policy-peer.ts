import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toJson } from '../src/kubernetes/audit-policy/load/to-json.ts'
import type { AuditPolicy, PolicyRequest } from '../src/kubernetes/audit-policy/policy.ts'

/** The API server's own evaluator of audit policies, as a program that was built for this run. */
export interface GoPeer {
  /** What the peer says when it is run on these requests, as often as one likes. */
  prepare(policy: AuditPolicy, requests: readonly PolicyRequest[]): () => PeerAnswer
  close(): void
}

/** Nanoseconds a request, and how many requests have each level. */
export interface PeerAnswer {
  readonly ns: number
  readonly levels: Readonly<Record<string, number>>
}

/**
 * Builds the peer from Go's cache of modules, without network; undefined where there is no Go, or
 * where the cache lacks the modules that policy-peer/go.mod names.
 */
export const openGoPeer = (): GoPeer | undefined => {
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-peer-'))
  const close = (): void => rmSync(folder, { recursive: true, force: true })
  cpSync(fileURLToPath(new URL('policy-peer/', import.meta.url)), folder, { recursive: true })
  const env = { ...process.env, GOPROXY: 'off', GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'local' }
  const built = spawnSync('go', ['build', '-o', 'peer', '.'], { cwd: folder, env })
  if (built.status === 0) return { prepare: (...given) => preparePeer(folder, ...given), close }
  close()
  return undefined
}

const preparePeer = (
  folder: string,
  policy: AuditPolicy,
  requests: readonly PolicyRequest[],
): (() => PeerAnswer) => {
  const file = join(folder, 'input.json')
  const input = { Policy: JSON.stringify(toJson(policy)), Requests: requests.map(peerRequest) }
  writeFileSync(file, JSON.stringify(input))
  return () => {
    const { status, stdout, stderr } = spawnSync(join(folder, 'peer'), [file], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`the peer failed: ${stderr}`)
    return JSON.parse(stdout)
  }
}

/** The request by the names of the peer's own type. */
const peerRequest = ({ user, verb, path, resource }: PolicyRequest): object => ({
  User: user?.name ?? null,
  Groups: user?.groups ?? [],
  Verb: verb,
  Path: path,
  IsResource: resource !== undefined,
  Group: resource?.group ?? '',
  Resource: resource?.resource ?? '',
  Subresource: resource?.subresource ?? '',
  Namespace: resource?.namespace ?? '',
  Name: resource?.name ?? '',
})
