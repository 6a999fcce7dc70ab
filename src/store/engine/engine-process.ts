import { chmodSync, mkdirSync, readdirSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ChdbEngine } from './chdb-engine.ts'
import { engineArguments } from './engine-arguments.ts'
import { failureOf } from './engine-failure.ts'
import { type EngineNews, type EngineOptions, STOP_LINE } from './engine-options.ts'
import { engineServer } from './server.ts'

// The engine's process. Its standard input is its life line: one line says what to do, and when it
// ends, whoever started us is gone, and so must we be, for the folder is locked as long as we live.

const tell = (news: EngineNews): void => {
  writeSync(1, `${JSON.stringify(news)}\n`)
}

// Only once the engine is open is the folder ours, and what lies in it nobody's.
const emptySpool = (folder: string): void => {
  const spool = join(folder, 'spool')
  mkdirSync(spool, { recursive: true, mode: 0o700 })
  for (const left of readdirSync(spool)) unlinkSync(join(spool, left))
}

const start = async (options: EngineOptions): Promise<() => Promise<void>> => {
  const engine = await ChdbEngine.open(options, engineArguments(options))
  emptySpool(options.folder)
  const server = engineServer(engine, options)
  rmSync(options.socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.socket, resolve)
  })
  chmodSync(options.socket, 0o600)
  tell({ kind: 'ready', version: engine.version })
  return async () => {
    server.close()
    await engine.close()
    server.closeAllConnections()
  }
}

process.umask(0o077)
let stop: () => Promise<void> = async () => {}
const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  if (line === STOP_LINE) {
    void stop().finally(() => process.exit(0))
    return
  }
  const options: EngineOptions = JSON.parse(line)
  start(options).then(
    (close) => {
      stop = close
    },
    (thrown: unknown) => {
      tell({ kind: 'failed', reason: failureOf(thrown), message: String(thrown) })
      process.exit(1)
    },
  )
})
// By force, so that nothing running holds the folder: what was inserted is on the disk.
lines.once('close', () => process.kill(process.pid, 'SIGKILL'))
// Both may go to the whole group, as from a terminal or a service manager: what is in hand of
// whoever started us still has to be stored, and it says when to stop.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
