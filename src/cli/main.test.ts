import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openProgress } from './progress.ts'
import type { Output, Shell } from './shell.ts'
import { run } from './testing/memory-shell.ts'

const log = fileURLToPath(new URL('testing/logs/shop/audit-a.log', import.meta.url))
const main = fileURLToPath(new URL('../main.ts', import.meta.url))

const ids = (ndjson: string): string[] =>
  ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).rule.detection)

describe('on a terminal', () => {
  const watch = async (environment: Shell['environment']) => {
    const texts: string[] = []
    const terminal = (name: string): Output => ({
      terminal: true,
      columns: 120,
      write: async (text) => {
        texts.push(`${name}${text}`)
      },
    })
    await run(['hunt', log, '--threads', '0'], {
      output: terminal('>'),
      errors: terminal('!'),
      environment,
    })
    return texts
  }

  test('findings show as they come, then the report; progress is on stderr', async () => {
    const texts = await watch({})
    const output = texts.filter((text) => text.startsWith('>'))
    expect(output).toHaveLength(11)
    expect(output[0]).toContain('2026-11-20 21:54')
    expect(output[0]).toContain('\u001b[')
    expect(output.at(-1)).toContain('FOUND')
    expect(texts.some((text) => text.startsWith('!') && text.includes(' events · '))).toBe(true)
    expect(texts.filter((text) => text.startsWith('!')).pop()).toBe('!\r\u001b[2K')
  })

  test('NO_COLOR', async () => {
    const texts = await watch({ NO_COLOR: '1' })
    expect(texts.filter((text) => text.startsWith('>')).join('')).not.toContain('\u001b')
  })

  test('progress is drawn at most ten times a second, and on a terminal only', () => {
    const drawn: string[] = []
    const errors = (terminal: boolean): Output => ({
      terminal,
      columns: 40,
      write: async (text) => {
        drawn.push(text)
      },
    })
    const shell = (terminal: boolean): Shell => ({
      output: errors(terminal),
      errors: errors(terminal),
      environment: {},
      signal: new AbortController().signal,
    })
    let now = 0
    const line = openProgress(shell(true), () => now)
    for (now = 0; now < 1000; now += 10) {
      line.show({ bytes: now, bytesTotal: 1000, events: 1_000_000 + now, findings: 1 })
    }
    expect(drawn).toHaveLength(10)
    expect(drawn[9]?.slice(5)).toBe('90 % of 1.0 kB · 1,000,900 events · 1 f')
    drawn.length = 0
    openProgress(shell(false), () => now).show({ bytes: 1, bytesTotal: 1, events: 1, findings: 1 })
    expect(drawn).toEqual([])
  })
})

describe('the program itself', () => {
  test('an old Node.js is told so, with 3', async () => {
    const fake = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})`
    const { exit, errors } = await start(['hunt', log], undefined, [
      '--import',
      `data:text/javascript,${encodeURIComponent(fake)}`,
    ])
    expect(exit).toBe(3)
    expect(errors).toContain('needs Node.js 22.18 or newer; this is 20.1.0')
  })

  test('exit code and output of node src/main.ts', async () => {
    const { exit, output } = await start(['hunt', log, '--format', 'ndjson', '--threads', '0'])
    expect(exit).toBe(1)
    expect(ids(output)).toHaveLength(9)
    expect((await start(['hunt', '/nonexistent'])).exit).toBe(2)
    expect((await start(['--version'])).output).toMatch(/^\d+\.\d+\.\d+/)
  })

  test('a closed pipe is quiet', async () => {
    const { errors, exit } = await start(['rule', 'list', '--format', 'json'], (child) => {
      child.stdout?.destroy()
    })
    expect(errors).toBe('')
    expect([0, 141]).toContain(exit)
  })

  test('reads the standard input', async () => {
    const { output } = await start(
      ['hunt', '-', '--format', 'ndjson', '--threads', '0'],
      (child) => {
        child.stdin?.end(readFileSync(log))
      },
    )
    expect(ids(output)).toHaveLength(9)
  })

  test('SIGINT stops, prints what is there and exits with 130', async () => {
    const { exit, output } = await start(['hunt', '-', '--threads', '0'], (child) => {
      child.stdin?.on('error', () => {})
      child.stdin?.write(readFileSync(log))
      setTimeout(() => child.kill('SIGINT'), 700)
    })
    expect(exit).toBe(130)
    expect(output).toContain('Interrupted')
  })
})

type Child = ReturnType<typeof spawn>

function start(
  args: readonly string[],
  during: (child: Child) => void = (child) => child.stdin?.end(),
  flags: readonly string[] = [],
): Promise<{ exit: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, [...flags, main, ...args], { stdio: 'pipe' })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  during(child)
  return new Promise((resolve) => {
    child.on('close', (exit) => resolve({ exit, output, errors }))
  })
}
