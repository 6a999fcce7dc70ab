import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { openStatusServer, type StatusServer } from '../../api/status-server.ts'
import { systemClock } from '../../base/clock.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { Fault } from '../../base/fault.ts'
import { formatPlace, type Issue } from '../../base/issue.ts'
import { compileRules } from '../../detect/compile.ts'
import { timeText } from '../../detect/time.ts'
import { serve } from '../../pipeline/pipeline.ts'
import type {
  Instance,
  Judging,
  LogLevel,
  ServeHooks,
  ServeOptions,
} from '../../pipeline/serve/running.ts'
import type { Status } from '../../pipeline/serve/status.ts'
import type { ServeConfig } from '../../pipeline/serve-options.ts'
import { sealFor } from '../../store/seal.ts'
import type { Given } from '../command.ts'
import { ranges } from '../hunt-request.ts'
import { ISSUE_KINDS } from '../issue-tables.ts'
import { openProgramLog } from '../program-log.ts'
import { allRules, readLists } from '../rule-files.ts'
import { readConfig } from '../serve-config/read-config.ts'
import { type ServeFlags, toServeOptions } from '../serve-config/serve-flags.ts'
import { findingWriter } from '../serve-output.ts'
import { CommandError, EXIT, type Shell } from '../shell.ts'
import { version } from '../version.ts'

/** Runs `deckwatch serve`, until it is interrupted. */
export const runServe = async (given: Given, shell: Shell): Promise<number> => {
  const config = await serveConfig(given)
  if (config.webhook === undefined && config.files.length === 0) {
    throw new CommandError(
      EXIT.environment,
      'there is nothing to receive or to follow',
      'give --webhook 127.0.0.1:8443, or --file cluster/server=PATH, or --config FILE',
    )
  }
  const options = await serveOptions(given, config)
  const log = openProgramLog(shell)
  const write = findingWriter(given, shell)
  const running = new RunningServe(given, config, log)
  // Those that come with deckwatch have none, and a start is to be quick.
  if (config.rules.length + config.lists.length > 0) sayErrors(options.judging, log)
  const hooks: ServeHooks = {
    finding: write,
    log,
    started: (instance) => running.start(instance),
  }
  try {
    // Before the store answers, so that whoever watches over it can see why it is not ready.
    await running.openStatus(given.text('status') !== undefined)
    await serve(options, hooks, shell.signal)
    return EXIT.nothing
  } finally {
    await running.stop()
  }
}

/** What serve is to do, by its options and its file. */
export const serveConfig = async (given: Given): Promise<ServeConfig> =>
  configOf(given, {
    webhook: given.text('webhook'),
    files: given.texts('file'),
    status: given.text('status'),
  })

/** The same for an import, which has no sources of its own. */
export const importConfig = async (given: Given): Promise<ServeConfig> => ({
  ...(await configOf(given, { webhook: undefined, files: [], status: undefined })),
  webhook: undefined,
  files: [],
  metricsScrape: [],
})

const configOf = async (
  given: Given,
  sources: Pick<ServeFlags, 'webhook' | 'files' | 'status'>,
): Promise<ServeConfig> => {
  const file = given.text('config')
  const flags = {
    ...sources,
    data: given.text('data'),
    store: given.text('store'),
    storePasswordFile: given.text('store-password-file'),
    storeCluster: given.text('store-cluster'),
    anchor: given.text('anchor'),
    sealKey: given.text('seal-key'),
    rules: given.texts('rules'),
    lists: given.texts('lists'),
  }
  return toServeOptions(flags, file === undefined ? undefined : await readConfig(file))
}

/** The same with everything that has to be read. */
export const serveOptions = async (given: Given, config: ServeConfig): Promise<ServeOptions> => ({
  config,
  judging: await judgingOf(given, config),
  sealKey: await sealKeyOf(config),
  storePassword: await passwordOf(config),
  storeCa: await caOf(config),
  clock: systemClock,
  tool: version(),
})

const judgingOf = async (given: Given, config: ServeConfig): Promise<Judging> => ({
  rules: await allRules(config.rules),
  lists: await readLists(config.lists),
  proxies: [...config.proxies, ...ranges(given, 'proxy')],
  clusterRanges: [...config.clusterRanges, ...ranges(given, 'cluster-range')],
})

const sealKeyOf = async ({ evidence }: ServeConfig): Promise<string | undefined> => {
  const { sealKey: file } = evidence
  if (file === undefined) return undefined
  const key = await readSecret(file, '--seal-key')
  try {
    sealFor(key, randomBytes)
    return key
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const remedy = 'make a pair with deckwatch evidence keygen NAME, and give NAME.pub.pem'
    throw new CommandError(EXIT.environment, `--seal-key ${file}: ${error.message}`, remedy, error)
  }
}

const passwordOf = async ({ store }: ServeConfig): Promise<string | undefined> => {
  if (store.kind !== 'url') return undefined
  if (store.passwordFile === undefined) return process.env.CLICKHOUSE_PASSWORD
  return (await readSecret(store.passwordFile, '--store-password-file')).trimEnd()
}

const caOf = async ({ store }: ServeConfig): Promise<string | undefined> =>
  store.kind === 'url' && store.ca !== undefined ? readSecret(store.ca, 'store.ca') : undefined

const readSecret = async (file: string, option: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CommandError(
      EXIT.environment,
      `${file} cannot be read`,
      `name a file that this user may read with ${option}`,
      error,
    )
  }
}

type Log = (level: LogLevel, message: string, more?: Readonly<Record<string, unknown>>) => void

/** What belongs to an instance from its start to its stop: its status, and SIGHUP. */
class RunningServe {
  readonly #given: Given
  readonly #config: ServeConfig
  readonly #log: Log
  #status: StatusServer | undefined
  #instance: Instance | undefined
  readonly #onHangup = (): void => void this.#reload()

  constructor(given: Given, config: ServeConfig, log: Log) {
    this.#given = given
    this.#config = config
    this.#log = log
  }

  /** A port that was asked for has to be had; without the usual one it can do. */
  async openStatus(isAsked: boolean): Promise<void> {
    const { status } = this.#config
    if (status === undefined) return
    try {
      const relay = statusBefore(() => this.#instance?.status)
      this.#status = await openStatusServer(status.host, status.port, relay)
      this.#log('info', `status at ${this.#status.url}`, { status: this.#status.url })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (isAsked) {
        const message = `no status, no metrics: ${why}`
        throw new CommandError(EXIT.environment, message, 'give another --status', error)
      }
      this.#log('error', `no status, no metrics: ${why}; give another --status`)
    }
  }

  start(instance: Instance): void {
    this.#instance = instance
    process.on('SIGHUP', this.#onHangup)
    const { webhook } = instance
    if (webhook !== undefined) {
      const scheme = this.#config.webhook?.tls === undefined ? 'http' : 'https'
      const url = `${scheme}://${webhook.host}:${webhook.port}/audit/CLUSTER/SERVER`
      this.#log('info', `receiving audit webhooks at ${url}`, { webhook })
    }
    for (const { cluster, server, path } of this.#config.files) {
      this.#log('info', `following ${path}`, { cluster, server })
    }
  }

  async stop(): Promise<void> {
    process.off('SIGHUP', this.#onHangup)
    await this.#status?.close()
  }

  async #reload(): Promise<void> {
    try {
      const judging = await judgingOf(this.#given, this.#config)
      const { errors, rules } = sayErrors(judging, this.#log)
      if (errors > 0) {
        this.#log('error', 'the rules were not loaded again: what was in force stays in force')
        return
      }
      await this.#instance?.reload(judging)
      this.#log('info', 'the rules were loaded again', { rules })
    } catch (error) {
      const why = escapeTerminal(error instanceof Error ? error.message : String(error))
      this.#log('error', `not loaded again: ${why}`)
    }
  }
}

/** What an instance says of itself, and before there is one, that it is starting. */
const statusBefore = (instance: () => Status | undefined): Status => ({
  notReady: () =>
    instance()?.notReady() ?? [{ part: 'store', why: 'starting, or not reached yet' }],
  metrics: async () => (await instance()?.metrics()) ?? '',
  sources: async () =>
    (await instance()?.sources()) ?? {
      at: timeText(systemClock.nowUs()),
      live: true,
      sources: [],
    },
  canary: (auditId) => instance()?.canary(auditId),
})

/** Says which rules and lists cannot be used, and why. The others work without them. */
const sayErrors = (
  { rules: files, lists }: Judging,
  log: Log,
): { readonly errors: number; readonly rules: number } => {
  const { issues, rules } = compileRules(files, lists)
  const errors = issues.filter(isError)
  for (const { at, message, code } of errors) {
    log('error', `${formatPlace(at)}: ${message}`, { code })
  }
  return { errors: errors.length, rules: rules.length }
}

const isError = ({ code }: Issue): boolean => ISSUE_KINDS[code]?.severity === 'error'
