// `npm run e2e`: a real control plane sends and writes its audit log, attacks included, while both
// sides are killed and started again; then every line of its files is looked for in the store, and
// every stored event in the files. Skipped, with the reason, where the laboratory cannot run.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/base/clock.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import { type Balance, balanceOf } from './conservation.ts'
import { Lab, SERVERS, whyNot } from './lab.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CLUSTER = 'lab'
const WEBHOOK = '127.0.0.1:9443'
const STATUS = '127.0.0.1:9464'
/** Seconds of an ordinary day, within which the attacks happen. */
const DAY_SECONDS = Number(process.env.E2E_SECONDS ?? 60)
/** Small files, so that they are rotated and compressed while they are followed. */
const ROTATION = '--audit-log-maxsize=2 --audit-log-maxbackup=0 --audit-log-compress'

const reason = whyNot()
if (reason !== undefined) {
  console.log(`skipped: ${reason}`)
  process.exit(0)
}

const lab = new Lab(resolve(process.env.LAB ?? join(ROOT, '.e2e/lab')))
const data = join(lab.folder, 'deckwatch')
const killed = { deckwatch: 0, apiserver: 0 }
let receiver: ChildProcess | undefined

try {
  await run()
} finally {
  receiver?.kill('SIGKILL')
  lab.script('down')
}

async function run(): Promise<void> {
  say('building the control plane (about ten minutes the first time)')
  lab.script('build')
  lab.script('down', ['--clean'])
  rmSync(data, { recursive: true, force: true })
  const keys = lab.certificates()
  const config = writeConfig(keys)
  say('starting it; its webhooks find no receiver at first, and try again')
  lab.script('up', [], {
    WEBHOOK: `https://${WEBHOOK}/audit/${CLUSTER}`,
    WEBHOOK_CA: join(keys, 'ca.crt'),
    WEBHOOK_CERT: join(keys, '@.crt'),
    WEBHOOK_KEY: join(keys, '@.key'),
    BATCH_WAIT: '1s',
    APISERVER_FLAGS: ROTATION,
  })
  receiver = startReceiver(config)
  lab.script('scenario/setup')
  await day(config)
  await stopAll()
  await report()
}

/** An ordinary day with attacks, in which deckwatch and an API server are killed. */
async function day(config: string): Promise<void> {
  say(`an ordinary day of ${DAY_SECONDS} s, with attacks`)
  const benign = lab.begin('scenario/benign', [String(DAY_SECONDS)])
  const attacks = lab.begin('scenario/attacks', ['1'])
  const ended = Promise.all([benign, attacks].map(exited))
  for (let n = 0; n < 3; n += 1) {
    await sleep((DAY_SECONDS * 1000) / 6)
    await killReceiver()
    await sleep(2_000)
    receiver = startReceiver(config)
  }
  say('killing API server b, and starting it again')
  await lab.stop('kube-apiserver-b', 'SIGKILL')
  killed.apiserver += 1
  lab.script('apiserver', ['b', ...ROTATION.split(' ')], environmentOf())
  await ended
  await sleep(5_000)
}

function environmentOf(): Record<string, string> {
  const keys = lab.certificates()
  return {
    WEBHOOK: `https://${WEBHOOK}/audit/${CLUSTER}`,
    WEBHOOK_CA: join(keys, 'ca.crt'),
    WEBHOOK_CERT: join(keys, '@.crt'),
    WEBHOOK_KEY: join(keys, '@.key'),
    BATCH_WAIT: '1s',
  }
}

/** The API servers first, in good order; deckwatch once it has read what they left. */
async function stopAll(): Promise<void> {
  say('stopping the control plane')
  const parts = lab.parts()
  const others = parts.filter((name) => !/^(network|kube-apiserver-.*|etcd|egress)$/.test(name))
  for (const name of others) await lab.stop(name, 'SIGTERM')
  const servers = parts.filter((name) => name.startsWith('kube-apiserver-'))
  await Promise.all(servers.map((name) => lab.stop(name, 'SIGTERM')))
  await sleep(5_000)
  say('stopping deckwatch')
  const ended = receiver && exited(receiver)
  receiver?.kill('SIGTERM')
  await ended
}

async function report(): Promise<void> {
  say('comparing')
  const { store, close } = await openEmbedded({ folder: data, clock: systemClock })
  try {
    const balances: Balance[] = []
    for (const server of SERVERS) {
      balances.push(await balanceOf(store, CLUSTER, server, lab.logFolder(server)))
    }
    console.table(balances)
    const [row] = await store.query(
      'SELECT (SELECT count() FROM findings FINAL WHERE NOT withdrawn) AS findings, ' +
        '(SELECT count() FROM gaps FINAL) AS gaps, (SELECT count() FROM batches) AS batches',
    )
    console.log(`kills of deckwatch ${killed.deckwatch}, of an API server ${killed.apiserver}`)
    console.log(`findings ${row?.findings}, gaps ${row?.gaps}, batches ${row?.batches}`)
    judge(balances)
  } finally {
    await close()
  }
  say('verifying the evidence')
  const args = ['src/main.ts', 'evidence', 'verify', '--data', data]
  const verified = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 1, 2] })
  if (verified.status !== 0) process.exitCode = 1
}

/** What the API server itself lost is accounted for, and is not ours. */
function judge(balances: readonly Balance[]): void {
  const sum = (of: (one: Balance) => number): number => balances.reduce((n, one) => n + of(one), 0)
  const wrong = sum((one) => one.missing + one.repeated + one.invented + one.repeatedByWebhook)
  const notByWebhook = sum((one) => one.notByWebhook)
  const watches = sum((one) => one.notByWebhookWatches)
  console.log(
    `every line of the files is stored once: ${wrong === 0 ? 'yes' : 'NO'}; ` +
      `not sent by the webhook: ${notByWebhook}, of them ends of watches ${watches}`,
  )
  if (wrong > 0 || sum((one) => one.lines) === 0) process.exitCode = 1
}

function writeConfig(keys: string): string {
  const file = join(lab.folder, 'deckwatch.yaml')
  mkdirSync(data, { recursive: true })
  const at = (name: string): string => JSON.stringify(join(keys, name))
  writeFileSync(
    file,
    [
      `data: ${JSON.stringify(data)}`,
      'webhook:',
      `  listen: ${WEBHOOK}`,
      `  tls: { cert: ${at('receiver.crt')}, key: ${at('receiver.key')}, clientCA: ${at('ca.crt')} }`,
      'files:',
      ...SERVERS.map((server) => {
        const path = JSON.stringify(join(lab.logFolder(server), 'audit.log'))
        return `  - { path: ${path}, cluster: ${CLUSTER}, server: ${server}, from: start }`
      }),
      `status: { listen: ${STATUS} }`,
      '',
    ].join('\n'),
  )
  return file
}

function startReceiver(config: string): ChildProcess {
  const { command, environment } = lab.enter
  const args = [process.execPath, 'src/main.ts', 'serve', '--config', config]
  const stdio = ['ignore', 'ignore', 2] as const
  return spawn(command, args, { cwd: ROOT, env: environment, stdio: [...stdio] })
}

async function killReceiver(): Promise<void> {
  const child = receiver
  if (child === undefined) return
  say('killing deckwatch')
  const ended = exited(child)
  child.kill('SIGKILL')
  killed.deckwatch += 1
  await ended
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((done) => child.once('exit', () => done()))
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}

function say(text: string): void {
  console.error(`\n== ${text}`)
}
