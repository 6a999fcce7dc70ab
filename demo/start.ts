// `npm start`: a receiver with the embedded store, to which a recorded attack on a real control
// plane is sent as live traffic. Findings come as they happen; it stays up until it is stopped.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const data = mkdtempSync(join(tmpdir(), 'deckwatch-demo-'))
/** Times faster than it was recorded: three and a half minutes become about ten seconds. */
const SPEED = '20'
const READY_MS_MAX = 60_000

const [webhook, status] = [await freePort(), await freePort()]
const receiver = `http://127.0.0.1:${webhook}`
console.error('Starting a receiver with the embedded store (data in %s) …\n', data)
const instance = run('serve', [
  ...['--data', data, '--webhook', `127.0.0.1:${webhook}`, '--status', `127.0.0.1:${status}`],
  '--format',
  'text',
  ...process.argv.slice(2),
])

let stopping = false
// Also when the terminal is closed: nothing of a demonstration is to stay.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    stopping = true
    instance.kill('SIGTERM')
  })
}
instance.on('exit', (code, signal) => {
  rmSync(data, { recursive: true, force: true })
  process.exit(stopping ? 0 : (code ?? (signal === null ? 0 : 3)))
})

await untilReady()
console.error('\nA recorded attack on a real Kubernetes control plane, as live traffic')
console.error('(see demo/README.md). Findings come as they happen:\n')
await ended(run('replay', ['demo/shop-cluster', '--to', receiver, '--speed', SPEED, '--as-now']))
// Correlations wait a moment for logs that are behind.
await sleep(12_000)
if (!stopping) sayWhatNext()

function sayWhatNext(): void {
  const lines = [
    '',
    'That was all of the recording; the receiver stays up until you stop it (Ctrl-C).',
    '',
    'Next:',
    '  curl the metrics and what is known of each log:',
    `    curl -s http://127.0.0.1:${status}/metrics | grep deckwatch_events`,
    `    node_modules/.bin/node src/main.ts sources --status http://127.0.0.1:${status}`,
    '  send it once more, at the speed at which it happened:',
    `    node_modules/.bin/node src/main.ts replay demo/shop-cluster --to ${receiver} --as-now`,
    '  look into the same recording offline, with a reason for each finding:',
    '    node_modules/.bin/node src/main.ts hunt demo/shop-cluster',
    '  connect an API server of your own: docs/guide/connect-an-api-server.md',
    '',
  ]
  console.error(lines.join('\n'))
}

function run(command: string, options: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['src/main.ts', command, ...options], {
    cwd: root,
    stdio: 'inherit',
  })
}

async function untilReady(): Promise<void> {
  for (const until = performance.now() + READY_MS_MAX; performance.now() < until; ) {
    const ready = await fetch(`http://127.0.0.1:${status}/readyz`).catch(() => undefined)
    if (ready?.ok === true) return
    await sleep(100)
  }
  instance.kill('SIGTERM')
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.on('exit', () => resolve()))
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
