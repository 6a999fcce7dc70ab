import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The scripts of the laboratory control plane: see its README. */
const SCRIPTS = fileURLToPath(new URL('../../../shared/lab/', import.meta.url))

/** The API servers of the laboratory. */
export const SERVERS = ['a', 'b', 'c'] as const

/** Why the laboratory cannot be used here; undefined when it can. */
export const whyNot = (): string | undefined => {
  if (!existsSync(SCRIPTS)) return 'needs ../shared/lab'
  for (const program of ['go', 'openssl', 'curl', 'jq', 'unshare', 'nsenter', 'flock']) {
    const found = spawnSync('sh', ['-c', `command -v ${program}`])
    if (found.status !== 0) return `needs the program ${program}`
  }
  return undefined
}

/** A real control plane in a network of its own, with its state in a folder. */
export class Lab {
  readonly folder: string
  readonly #environment: Record<string, string>

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
    this.#environment = { ...(process.env as Record<string, string>), LAB: folder }
  }

  /** Runs a script of the laboratory to its end. */
  script(name: string, args: readonly string[] = [], more: Record<string, string> = {}): void {
    const env = { ...this.#environment, ...more }
    const done = spawnSync(join(SCRIPTS, name), args, { env, stdio: ['ignore', 2, 2] })
    if (done.status !== 0) throw new Error(`${name} ended with ${done.status}`)
  }

  /** Starts a script, or a program inside of the laboratory's network. */
  begin(command: string, args: readonly string[]): ChildProcess {
    const env = this.#environment
    return spawn(join(SCRIPTS, command), args, { env, stdio: ['ignore', 2, 2] })
  }

  /** What `enter` is, to start programs of one's own in the laboratory's network. */
  get enter(): { readonly command: string; readonly environment: Record<string, string> } {
    return { command: join(SCRIPTS, 'enter'), environment: this.#environment }
  }

  /** Where an API server writes its log. */
  logFolder(server: string): string {
    return join(this.folder, 'audit', server)
  }

  /** Keys and certificates for a receiver and for each API server, signed by an authority. */
  certificates(): string {
    const folder = join(this.folder, 'receiver-pki')
    if (existsSync(join(folder, 'ca.crt'))) return folder
    mkdirSync(folder, { recursive: true })
    const openssl = (...args: string[]): void => {
      execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] })
    }
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    openssl(
      ...['req', '-x509', ...newKey, '-days', '30', '-subj', '/CN=receiver-ca'],
      ...['-keyout', 'ca.key', '-out', 'ca.crt'],
    )
    const names = [
      ['receiver', 'IP:127.0.0.1'],
      ...SERVERS.map((s) => [s, `URI:deckwatch://lab/${s}`]),
    ]
    for (const [name = '', san = ''] of names) {
      writeFileSync(
        join(folder, `${name}.ext`),
        `subjectAltName=${san}\nextendedKeyUsage=clientAuth,serverAuth\n`,
      )
      openssl(
        'req',
        ...newKey,
        '-subj',
        `/CN=${name}`,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
      )
      openssl(
        ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key'],
        ...['-CAcreateserial', '-days', '30', '-extfile', `${name}.ext`, '-out', `${name}.crt`],
      )
    }
    return folder
  }

  /** The process id of a part, such as `kube-apiserver-a`. */
  pid(part: string): number {
    return Number(readFileSync(join(this.folder, 'pid', part), 'utf8'))
  }

  /** The parts that run. */
  parts(): readonly string[] {
    return readdirSync(join(this.folder, 'pid'))
  }

  /** Sends a signal to a part and waits until it is gone. */
  async stop(part: string, signal: 'SIGTERM' | 'SIGKILL', withinMs = 90_000): Promise<void> {
    const pid = this.pid(part)
    if (!isAlive(pid)) return
    process.kill(pid, signal)
    for (const end = Date.now() + withinMs; isAlive(pid); ) {
      if (Date.now() > end) throw new Error(`${part} does not stop`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

const isAlive = (pid: number): boolean => {
  try {
    // A zombie is gone for us, and its parent never asks for it.
    const state = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return state !== 'Z'
  } catch {
    return false
  }
}
