import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Block, Ending } from '../blocks.ts'
import { openBlocks } from '../blocks.ts'
import { listInputs } from '../inputs.ts'

/** A folder of files for one test; `remove` it at the end. */
export interface Folder {
  readonly path: string
  readonly write: (name: string, content: string | Uint8Array) => string
  readonly remove: () => void
}

/** Makes a folder that is empty. */
export const makeFolder = (): Folder => {
  const path = mkdtempSync(join(tmpdir(), 'deckwatch-source-'))
  return {
    path,
    write: (name, content) => {
      const file = join(path, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
      return file
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** All that reading a file gives. */
export interface Read {
  readonly blocks: readonly Block[]
  /** The blocks' bytes, of all members. */
  readonly text: string
  readonly ending: Ending
  readonly codes: readonly string[]
}

/** Reads one file to its end. */
export const readFile = async (path: string): Promise<Read> => {
  const { inputs } = await listInputs([path], [])
  const [input] = inputs
  if (input === undefined) throw new Error(`no input: ${path}`)
  const reading = openBlocks(input, new AbortController().signal, { sha256: true })
  const blocks: Block[] = []
  for await (const block of reading) blocks.push(block)
  const ending = reading.ending()
  const text = blocks.map((block) => Buffer.from(block.bytes).toString()).join('')
  return { blocks, text, ending, codes: ending.issues.map((issue) => issue.code) }
}

/** One entry of a tar archive, as its format says. */
export const tarEntry = (name: string, content: Uint8Array, type = '0'): Buffer => {
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar\x0000', 257, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512)
  return Buffer.concat([header, content, padding])
}
