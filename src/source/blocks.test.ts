import { createHash } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { BlockPool } from './block-pool.ts'
import { openBlocks } from './blocks.ts'
import { listInputs } from './inputs.ts'
import { makeFolder, readFile, tarEntry } from './testing/folder.ts'

const folder = makeFolder()
afterAll(folder.remove)

const LINES = Array.from({ length: 60_000 }, (_, index) => `{"kind":"Event","n":${index}}\n`).join(
  '',
)
const read = (name: string, content: string | Uint8Array) => readFile(folder.write(name, content))

describe('compression is told by the bytes', () => {
  test.each([
    ['plain', Buffer.from(LINES)],
    ['gzip', gzipSync(LINES)],
    ['two gzip members', Buffer.concat([gzipSync(LINES.slice(0, 9)), gzipSync(LINES.slice(9))])],
    ['zstd', zstdCompressSync(LINES)],
    [
      'two zstd frames',
      Buffer.concat([zstdCompressSync(LINES.slice(0, 9)), zstdCompressSync(LINES.slice(9))]),
    ],
  ])('%s', async (_, content) => {
    const { text, ending, codes } = await read('x.log', content)
    expect(text === LINES).toBe(true)
    expect(codes).toEqual([])
    expect(ending.bytes).toBe(LINES.length)
    expect(ending.sha256).toBe(createHash('sha256').update(content).digest('hex'))
  })

  test('an empty file', async () => {
    expect(await read('empty.log', '')).toMatchObject({ blocks: [], codes: [] })
  })

  test.each([
    ['gzip', gzipSync(LINES), 'source/cut-short'],
    ['zstd', zstdCompressSync(LINES), 'source/cut-short'],
  ])('%s cut short: what came before is used', async (_, content, code) => {
    const { text, codes } = await read('cut', content.subarray(0, content.length * 0.6))
    expect(codes).toEqual([code])
    expect(text.length).toBeGreaterThan(LINES.length * 0.3)
    expect(LINES.startsWith(text)).toBe(true)
  })

  test('gzip cut at every byte: always a beginning of the text, and an issue', async () => {
    const content = gzipSync(LINES.slice(0, 3_000))
    for (let cut = 4; cut < content.length; cut += 13) {
      const { text, codes } = await read('cut', content.subarray(0, cut))
      expect(LINES.startsWith(text)).toBe(true)
      expect(codes).toEqual(['source/cut-short'])
    }
  })

  test.each([
    ['gzip', gzipSync('x\n')],
    ['zstd', zstdCompressSync('x\n')],
  ])('%s with something else behind it', async (_, content) => {
    const { text, codes } = await read('more', Buffer.concat([content, Buffer.from('and more')]))
    expect(text).toBe('x\n')
    expect(codes).toEqual(['source/broken-compression'])
  })

  test('damaged data', async () => {
    const content = gzipSync(LINES)
    content[content.length - 6] = (content[content.length - 6] ?? 0) ^ 1
    expect((await read('damaged', content)).codes).toEqual(['source/broken-compression'])
  })

  test('a bomb stops at LIMIT.inflateRatioMax after LIMIT.inflateFreeBytes (A6)', async () => {
    const bomb = gzipSync(Buffer.alloc(110_000_000, 'x'), { level: 9 })
    const { ending, codes } = await read('bomb.gz', bomb)
    expect(codes).toContain('source/bomb')
    expect(ending.bytes).toBeGreaterThan(LIMIT.inflateFreeBytes)
    expect(ending.bytes).toBeLessThan(LIMIT.inflateFreeBytes + 40_000_000)
    expect(bomb.length * LIMIT.inflateRatioMax).toBeLessThan(110_000_000)
  })

  test('small bombs in a compressed archive count together (A6, nested)', async () => {
    const small = gzipSync(Buffer.alloc(20_000_000, 'x\n'), { level: 9 })
    const members = Array.from({ length: 20 }, (_, at) => tarEntry(`${at}.log.gz`, small))
    const first = tarEntry('first.log', Buffer.from('{"one":1}\n'))
    const tar = gzipSync(Buffer.concat([first, ...members, Buffer.alloc(1_024)]))
    const { ending, codes, text } = await read('bombs.tar.gz', tar)
    expect(new Set(codes)).toEqual(new Set(['source/bomb']))
    expect(text.startsWith('{"one":1}\n')).toBe(true)
    expect(ending.bytes).toBeGreaterThan(40_000_000)
    expect(ending.bytes).toBeLessThan(LIMIT.inflateFreeBytes + 40_000_000)
  })
})

describe('archives', () => {
  const long = `${'d/'.repeat(60)}long.log`
  const tar = Buffer.concat([
    tarEntry('a/', Buffer.alloc(0), '5'),
    tarEntry('a/one.json', Buffer.from('{"one":1}\n')),
    tarEntry('a/one.head', Buffer.from('POST / HTTP/1.1\n')),
    tarEntry('a/two.log.gz', gzipSync('{"two":2}\n')),
    tarEntry('../../etc/passwd', Buffer.from('{"three":3}\n')),
    tarEntry('././@LongLink', Buffer.from(`${long}\0`), 'L'),
    tarEntry('short', Buffer.from('{"four":4}\n')),
    tarEntry('pax', Buffer.from('21 path=pax-name.log\n'), 'x'),
    tarEntry('short', Buffer.from('{"five":5}\n')),
    tarEntry('link', Buffer.alloc(0), '2'),
    Buffer.alloc(1_024),
  ])

  test.each([
    ['plain', tar],
    ['gzip', gzipSync(tar)],
    ['zstd', zstdCompressSync(tar)],
  ])('%s tar: each member is a file of its own', async (_, content) => {
    const { blocks, codes, ending } = await read('x.tar', content)
    const name = `${folder.path}/x.tar`
    expect(blocks.map((block) => block.source.file)).toEqual([
      `${name}!a/one.json`,
      `${name}!a/two.log.gz`,
      `${name}!../../etc/passwd`,
      `${name}!${long}`,
      `${name}!pax-name.log`,
    ])
    expect(blocks.map((block) => Buffer.from(block.bytes).toString())[1]).toBe('{"two":2}\n')
    expect(blocks.every((block) => block.first && block.last && block.offset === 0)).toBe(true)
    expect(codes).toEqual(['source/passed-over'])
    expect(ending.issues[0]?.count).toBe(2)
    expect(ending.sha256).toBe(createHash('sha256').update(content).digest('hex'))
  })

  test('a tar cut short, and one that is damaged', async () => {
    const cut = await read('cut.tar', tar.subarray(0, 512 * 2 + 5))
    expect(cut.codes).toEqual(['source/broken-archive'])
    expect(cut.text).toBe('{"one')
    const damaged = Buffer.from(tar)
    damaged.write('x', 512 * 3 + 20)
    const found = await read('damaged.tar', damaged)
    expect(found.codes).toEqual(['source/broken-archive'])
    expect(found.text).toBe('{"one":1}\n')
  })
})

describe('reading', () => {
  test('blocks own their bytes, in order, none lost', async () => {
    const { blocks } = await read('large.log', LINES.repeat(8))
    expect(blocks.length).toBeGreaterThan(2)
    let offset = 0
    for (const [index, block] of blocks.entries()) {
      expect(block.offset).toBe(offset)
      expect([block.first, block.last]).toEqual([index === 0, index === blocks.length - 1])
      offset += block.bytes.length
    }
    expect(offset).toBe(LINES.length * 8)
    expect(new Set(blocks.map(({ bytes }) => bytes.buffer)).size).toBe(blocks.length)
  })

  test('a block that is given back is filled again, and the text is the same', async () => {
    const text = Array.from(
      { length: 40_000 },
      (_, at) => `{"line":${at},"pad":"${'x'.repeat(90)}"}`,
    )
    const path = folder.write('pooled.log', `${text.join('\n')}\n`)
    const input = (await listInputs([path], [])).inputs[0]
    const pool = new BlockPool()
    const options = { sha256: false, pool }
    const buffers = new Set<ArrayBuffer>()
    let whole = ''
    const reading = input && openBlocks(input, new AbortController().signal, options)
    for await (const { bytes } of reading ?? []) {
      whole += Buffer.from(bytes).toString()
      buffers.add(bytes.buffer)
      pool.give(bytes)
    }
    expect(whole).toBe(`${text.join('\n')}\n`)
    expect(buffers.size).toBeLessThan(4)
  })

  test('a record that is too long is skipped, with its range', async () => {
    const long = `{"pad":"${'x'.repeat(LIMIT.recordBytesMax)}"}\n`
    const { text, ending, codes } = await read('long.log', zstdCompressSync(`a\n${long}b\n`))
    expect(text).toBe('a\nb\n')
    expect(codes).toEqual(['source/record-too-long'])
    expect(ending.issues[0]?.at).toMatchObject({ offset: 2, length: long.length })
  })

  test('stops when it is told to', async () => {
    const path = folder.write('stop.log', LINES.repeat(8))
    const { inputs } = await listInputs([path], [])
    const [input] = inputs
    const stop = new AbortController()
    let blocks = 0
    const reading = input && openBlocks(input, stop.signal, { sha256: true })
    for await (const _ of reading ?? []) {
      blocks += 1
      stop.abort()
    }
    expect(blocks).toBeLessThan(3)
    expect(reading?.ending().sha256).toBeUndefined()
  })

  test('a file that is gone when it is read is an issue', async () => {
    const path = folder.write('gone.log', 'x')
    const { inputs } = await listInputs([path], [])
    folder.remove()
    const [input] = inputs
    const reading = input && openBlocks(input, new AbortController().signal, { sha256: false })
    for await (const _ of reading ?? []) throw new Error('no block was expected')
    expect(reading?.ending().issues.map((issue) => issue.code)).toEqual(['source/unreadable'])
  })
})
