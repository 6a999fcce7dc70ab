import { X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import type { TlsFiles } from './receiver-options.ts'

/** What a TLS server is made of, read from files. */
export interface Certificates {
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca: Buffer | undefined
  /** When the server's own certificate ends, in µs since 1970. */
  readonly validToUs: number
}

/** Reads the files. Rejects with `webhook/certificate` when they are missing or do not fit. */
export const readCertificates = async (files: TlsFiles): Promise<Certificates> => {
  try {
    const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)])
    const ca = files.clientCA === undefined ? undefined : await readFile(files.clientCA)
    createSecureContext({ cert, key, ca })
    const validToUs = Date.parse(new X509Certificate(cert).validTo) * 1000
    return { cert, key, ca, validToUs }
  } catch (cause) {
    const { cert, key, clientCA } = files
    const named = [cert, key, ...(clientCA === undefined ? [] : [clientCA])].join(', ')
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Fault(
      'webhook/certificate',
      `the certificates of the webhook (${named}): ${message}`,
      {
        cause,
      },
    )
  }
}

/** Calls back whenever one of the files has changed, until the signal aborts. */
export const watchCertificates = async (
  files: TlsFiles,
  clock: Clock,
  signal: AbortSignal,
  onChange: () => Promise<void>,
): Promise<void> => {
  let before = await stateOf(files)
  for (;;) {
    await clock.sleep(LOOK_MS, signal)
    if (signal.aborted) return
    const now = await stateOf(files)
    if (now !== before) await onChange()
    before = now
  }
}

const LOOK_MS = 10_000

/** A text that is another one when a file has changed. */
async function stateOf(files: TlsFiles): Promise<string> {
  const paths = [files.cert, files.key, files.clientCA].filter((path) => path !== undefined)
  return (await Promise.all(paths.map(stateOfFile))).join()
}

async function stateOfFile(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${ino}:${size}:${mtimeMs}`
  } catch {
    return 'missing'
  }
}
