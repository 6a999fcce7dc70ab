import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../src/cli/testing/memory-shell.ts'
import { ROOT, readText } from './files.ts'

// Does what a guide says, command by command, in an empty folder: files that it shows are
// written, and the output that it shows must come, line by line, `…` standing for any lines.

/** The guides, each with the number of its commands. */
const GUIDES = [
  ['docs/guide/write-a-detection.md', 10],
  ['docs/guide/audit-policy.md', 12],
] as const

const home = process.cwd()
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deckwatch-guide-'))
  symlinkSync(join(ROOT, 'demo'), join(folder, 'demo'))
  process.chdir(folder)
})
afterEach(() => {
  process.chdir(home)
  rmSync(folder, { recursive: true })
})

interface Block {
  readonly language: string
  readonly text: string
  /** The file that the paragraph before it names last. */
  readonly file: string | undefined
}

const blocksOf = (guide: string): readonly Block[] =>
  [...readText(guide).matchAll(/((?:[^\n]+\n)*)\n```(\w+)\n([\s\S]*?)```/g)].map(
    ([, before = '', language = '', text = '']): Block => {
      const files = [...before.matchAll(/`((?:mine|lists)\/[^`\s]+\.(?:yaml|txt))`/g)]
      return { language, text, file: files.at(-1)?.[1] }
    },
  )

/** The words of a command; single quotes hold a word together. */
const wordsOf = (command: string): readonly string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

const outputOf = async (command: string): Promise<string> => {
  const [written = '', file] = command.split(' > ')
  const [asked = '', filter] = written.split(' | grep ')
  const [program, ...args] = wordsOf(asked)
  if (program === 'mkdir') {
    mkdirSync(args[0] ?? '')
    return ''
  }
  expect(program).toBe('deckwatch')
  const threads = args[0] === 'hunt' ? ['--threads', '0'] : []
  const { output, errors } = await run([...args, ...threads])
  expect(errors).toBe('')
  if (file !== undefined) {
    writeFileSync(file, output)
    return ''
  }
  if (filter === undefined) return output
  const wanted = new RegExp(wordsOf(filter)[0] ?? '')
  return output
    .split('\n')
    .filter((line) => wanted.test(line))
    .join('\n')
}

/** Every line that is shown comes in this order; directly one after the other but for `…`. */
const expectLines = (shown: readonly string[], output: string): void => {
  const lines = output.split('\n')
  let at = 0
  let skips = false
  for (const line of shown) {
    if (line === '…') {
      skips = true
      continue
    }
    const fits = (each: string | undefined): boolean =>
      line.endsWith('…') ? each?.startsWith(line.slice(0, -1)) === true : each === line
    while (skips && at < lines.length && !fits(lines[at])) at += 1
    expect(fits(lines[at]) ? line : (lines[at] ?? output)).toBe(line)
    at += 1
    skips = false
  }
}

test.each(GUIDES)('%s can be followed, and shows what really comes', async (guide, least) => {
  let commands = 0
  for (const { language, text, file } of blocksOf(guide)) {
    if (file !== undefined && language !== 'console') {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    if (language !== 'console') continue
    for (const [, command = '', shown = ''] of text.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)) {
      commands += 1
      expectLines(shown.split('\n').slice(0, -1), await outputOf(command))
    }
  }
  expect(commands).toBeGreaterThanOrEqual(least)
})
