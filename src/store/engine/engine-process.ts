import { chmodSync, mkdirSync, readdirSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ChdbEngine } from './chdb-engine.ts'
import { engineArguments } from './engine-arguments.ts'
import type { EngineFailure, EngineNews, EngineOptions } from './engine-options.ts'
import { engineServer } from './server.ts'

// The engine's process. Its standard input is its life line: one line says what to do, and when it
// ends, whoever started us is gone, and so must we be, for the folder is locked as long as we live.

const tell = (news: EngineNews): void => {
  writeSync(1, `${JSON.stringify(news)}\n`)
}

const failureOf = (thrown: unknown): { reason: EngineFailure; message: string } => {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (/MODULE_NOT_FOUND|PLATFORM/.test(code)) return { reason: 'not-installed', message }
  return { reason: /[Cc]annot lock/.test(message) ? 'locked' : 'broken', message }
}

const makeFolders = (folder: string): void => {
  const spool = join(folder, 'spool')
  mkdirSync(spool, { recursive: true, mode: 0o700 })
  for (const left of readdirSync(spool)) unlinkSync(join(spool, left))
}

const start = async (options: EngineOptions): Promise<() => Promise<void>> => {
  makeFolders(options.folder)
  const engine = await ChdbEngine.open(options, engineArguments(options))
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
lines.once('line', (line) => {
  const options: EngineOptions = JSON.parse(line)
  start(options).then(
    (close) => {
      stop = close
    },
    (thrown: unknown) => {
      tell({ kind: 'failed', ...failureOf(thrown) })
      process.exit(1)
    },
  )
})
// By force, so that nothing running holds the folder: what was inserted is on the disk.
lines.once('close', () => process.kill(process.pid, 'SIGKILL'))
process.once('SIGTERM', () => void stop().finally(() => process.exit(0)))
// Ctrl-C goes to the whole group; whoever started us says when to stop.
process.on('SIGINT', () => undefined)
