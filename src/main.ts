#!/usr/bin/env node
import type { Output, Shell } from './cli/shell.ts'

const NODE_MIN = [22, 18] as const
const EXIT_ENVIRONMENT = 3
const EXIT_INTERRUPTED = 130
/** Of sysexits: an internal error. */
const EXIT_BUG = 70
/** What a shell reports for a program that a closed pipe ended. */
const EXIT_PIPE = 141

if (isOldNode(process.versions.node)) {
  process.stderr.write(
    `error: deckwatch needs Node.js ${NODE_MIN.join('.')} or newer; ` +
      `this is ${process.versions.node}\n` +
      '  install a newer Node.js, or put one first in PATH\n',
  )
  process.exit(EXIT_ENVIRONMENT)
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Who reads has closed the pipe (`| head`): there is nobody left to tell anything.
    if (error.code === 'EPIPE') process.exit(EXIT_PIPE)
    const remedy = 'make room on the disk, or name another file'
    const message = `error: the output cannot be written (${error.code})\n  ${remedy}\n`
    if (stream === process.stdout) process.stderr.write(message)
    process.exit(EXIT_ENVIRONMENT)
  })
}

const interruption = new AbortController()
// SIGTERM is what a service manager and a kubelet send.
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (interruption.signal.aborted) process.exit(EXIT_INTERRUPTED)
    interruption.abort()
    // A read that waits for a terminal or a pipe would never see the signal.
    process.stdin.destroy()
  })
}

const shell: Shell = {
  output: outputTo(process.stdout),
  errors: outputTo(process.stderr),
  environment: process.env,
  signal: interruption.signal,
}

process.on('uncaughtException', (error) => {
  // A bug of ours must not look like an answer: 1 would say that there are findings.
  process.stderr.write(`bug in deckwatch, please report it: ${error.stack ?? error}\n`)
  process.exit(EXIT_BUG)
})

const { runProgram } = await import('./cli/program.ts')
process.exitCode = await runProgram(process.argv.slice(2), shell)

function isOldNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])
}

function outputTo(stream: NodeJS.WriteStream): Output {
  return {
    terminal: stream.isTTY === true,
    get columns() {
      // Some terminals say that they have none: they do not know.
      return stream.isTTY && stream.columns > 0 ? stream.columns : undefined
    },
    write: (text) =>
      new Promise((resolve) => {
        stream.write(text, () => resolve())
      }),
  }
}
