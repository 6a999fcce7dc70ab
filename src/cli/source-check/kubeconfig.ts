import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { plainValue } from '../../sigma/parse/document.ts'
import { parseDocuments } from '../../sigma/parse/parse-documents.ts'
import { CommandError, codeOf, EXIT } from '../shell.ts'

/** Whom to speak to, and what to show: what a kubeconfig says of one context. */
export interface Endpoint {
  readonly url: URL
  readonly ca: Buffer | undefined
  readonly cert: Buffer | undefined
  readonly key: Buffer | undefined
  readonly token: string | undefined
  /** The name that its certificate is checked for, when it is not that of the URL. */
  readonly serverName: string | undefined
}

/**
 * Reads one context of a kubeconfig, the current one if none is named; files that it names are read
 * too. Throws a CommandError for what cannot be used.
 * Upstream: kubernetes/client-go tools/clientcmd/api/v1/types.go.
 */
export const readKubeconfig = (text: string, file: string, context?: string): Endpoint => {
  const config = new Part(plainOf(text, file), file, '')
  const named = context ?? config.text('current-context')
  if (named === undefined) throw bad(file, 'it has no current-context', 'give --context')
  const chosen = config.named('contexts', named).part('context')
  const cluster = config.named('clusters', chosen.needed('cluster')).part('cluster')
  const userName = chosen.text('user')
  const user = userName === undefined ? undefined : config.named('users', userName).part('user')
  for (const key of ['exec', 'auth-provider', 'username']) {
    if (user?.has(key) !== true) continue
    const remedy = 'use a token or a certificate: kubectl create token NAME makes a token'
    throw bad(file, `its user has ${key}, which deckwatch does not run`, remedy)
  }
  const server = cluster.needed('server')
  const url = URL.parse(server)
  if (url === null) throw bad(file, `its server ${server} is no URL`, 'write it as https://…')
  return {
    url,
    ca: cluster.bytes('certificate-authority'),
    cert: user?.bytes('client-certificate'),
    key: user?.bytes('client-key'),
    token: user?.text('token') ?? user?.content('tokenFile')?.toString().trim(),
    serverName: cluster.text('tls-server-name'),
  }
}

function plainOf(text: string, file: string): unknown {
  const [document] = parseDocuments(text, file)
  if (document?.root !== undefined) return plainValue(document.root)
  throw bad(file, document?.issues[0]?.message ?? 'it is empty', 'give a kubeconfig')
}

const bad = (file: string, message: string, remedy: string): CommandError =>
  new CommandError(EXIT.environment, `${file}: ${message}`, remedy)

/** A map within a kubeconfig. */
class Part {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #file: string
  readonly #path: string

  constructor(value: unknown, file: string, path: string) {
    if (!isMap(value)) throw bad(file, `${path || 'it'} is no map of keys`, 'give a kubeconfig')
    this.#values = value
    this.#file = file
    this.#path = path
  }

  has(key: string): boolean {
    return this.#values[key] !== undefined && this.#values[key] !== null
  }

  text(key: string): string | undefined {
    const value = this.#values[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  needed(key: string): string {
    const value = this.text(key)
    if (value !== undefined) return value
    throw bad(this.#file, `${this.#path}.${key} is missing`, 'give a kubeconfig')
  }

  part(key: string): Part {
    return new Part(this.#values[key], this.#file, `${this.#path}.${key}`)
  }

  /** The entry of a list that has this name. */
  named(key: string, name: string): Part {
    const list = this.#values[key]
    const found = Array.isArray(list)
      ? list.find((entry) => isMap(entry) && entry.name === name)
      : undefined
    if (found !== undefined) return new Part(found, this.#file, `${key} ${name}`)
    throw bad(this.#file, `it has no ${key} named ${name}`, 'check its contexts')
  }

  /** What stands under `KEY-data` in base64, or in the file that KEY names. */
  bytes(key: string): Buffer | undefined {
    const data = this.text(`${key}-data`)
    return data === undefined ? this.content(key) : Buffer.from(data, 'base64')
  }

  /** The content of the file that KEY names. */
  content(key: string): Buffer | undefined {
    const path = this.text(key)
    if (path === undefined) return undefined
    const file = resolve(dirname(this.#file), path)
    try {
      return readFileSync(file)
    } catch (error) {
      throw new CommandError(
        EXIT.environment,
        `${file} cannot be read${codeOf(error)}`,
        `${this.#file} names it: check the path and the permissions`,
        error,
      )
    }
  }
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
