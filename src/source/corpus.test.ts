import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { listInputs } from './inputs.ts'
import { readFile } from './testing/folder.ts'

const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url))

describe.skipIf(!existsSync(CORPUS))('the corpus (needs ../shared/corpus)', () => {
  test('a rotated folder: ten logs of one server, all of them read', async () => {
    const { inputs, issues } = await listInputs([`${CORPUS}lab/ops/rotation/audit*`], [])
    expect(issues).toEqual([])
    expect(new Set(inputs.map(({ source }) => source.server))).toEqual(new Set(['audit']))
    let lines = 0
    for (const { path } of inputs) {
      const { text, codes } = await readFile(path)
      expect(codes).toEqual([])
      lines += text.split('\n').length - 1
    }
    expect(inputs.length).toBe(10)
    expect(lines).toBe(820)
  })

  test('a rotated log that was cut while it was compressed', async () => {
    const { text, codes } = await readFile(`${CORPUS}lab/ops/torn/cut.log.gz`)
    expect(codes).toEqual(['source/cut-short'])
    expect(text.length).toBeGreaterThan(500_000)
  })

  test('an archive of recorded webhook bodies: each body a file, headers passed over', async () => {
    const { blocks, ending, codes } = await readFile(`${CORPUS}lab/typical/webhook-b.tar.zst`)
    expect(codes).toEqual(['source/passed-over'])
    expect(ending.issues[0]?.count).toBe(83)
    expect(new Set(blocks.map((block) => block.source.file)).size).toBe(83)
    expect(blocks.every((block) => block.source.server === 'webhook-b')).toBe(true)
  })

  test('every file of the corpus can be listed', async () => {
    const { inputs, issues } = await listInputs([CORPUS], [])
    expect(issues).toEqual([])
    expect(inputs.length).toBeGreaterThan(150)
  })
})
