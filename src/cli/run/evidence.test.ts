import { spawnSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import { exportEvidence } from '../../investigate/evidence/export.ts'
import { verifyStore } from '../../investigate/evidence/verify-store.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { newSealKeys } from '../../store/seal.ts'
import type { Store } from '../../store/store.ts'
import { watchedStore } from '../../store/testing/watched-store.ts'
import { PLANTED, receiveBodies } from '../testing/evidence-instance.ts'
import { run } from '../testing/memory-shell.ts'
import { copyOf, EXPORT_TAMPERS, otherKey, signAnew } from '../testing/tampered-exports.ts'
import { STORE_TAMPERS, TamperedStore } from '../testing/tampered-stores.ts'

const HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'
const folder = mkdtempSync(join(tmpdir(), 'deckwatch-evidence-'))
const data = join(folder, 'data')
const anchor = join(folder, 'anchor.ndjson')
const seal = newSealKeys(randomBytes)
const sealKey = join(folder, 'seal.key.pem')

let sent: Record<string, string[]>
let store: Store
let tampered: TamperedStore
let close: () => Promise<void>

beforeAll(async () => {
  writeFileSync(sealKey, seal.privateKey)
  sent = await receiveBodies({ data, anchor, sealKey: seal.publicKey })
  const opened = await openEmbedded({ folder: data, clock: systemClock })
  store = opened.store
  close = opened.close
  const key = createPrivateKey(readFileSync(join(data, 'keys/evidence.key.pem')))
  tampered = new TamperedStore(store, key)
  await tampered.keep()
}, 60_000)

afterAll(async () => {
  await close?.()
  rmSync(folder, { recursive: true, force: true })
})

const verified = async (anchors = [anchor]): Promise<readonly string[]> => {
  const keys = [createPublicKey(readFileSync(join(data, 'keys', 'evidence.pub.pem')))]
  const { problems } = await verifyStore({ store, keys, anchors })
  return problems.map(({ kind, at, message }) => `${kind} ${at}: ${message}`)
}

describe('evidence in a store', () => {
  beforeEach(() => tampered.putBack(), 30_000)

  it('is intact as it was stored, by the command too, while an instance has it', async () => {
    expect(await verified()).toEqual([])
    const args = ['evidence', 'verify', '--data', data, '--anchor', anchor]
    const { exit, output } = await run(args)
    expect(output).toContain('prod/a/webhook: 2 links, 40 events intact')
    expect(output).toContain('prod/b/webhook: 2 links, 31 events intact')
    expect(exit).toBe(0)
  })

  test.each(STORE_TAMPERS)('shows: $title', async ({ by, told }) => {
    await by(tampered)
    const problems = await verified()
    expect(problems.length).toBeGreaterThan(0)
    for (const part of told) {
      expect(
        problems.some((problem) => problem.includes(part)),
        problems.join('\n'),
      ).toBe(true)
    }
  })

  it('that retention removed is explained by its tombstone', async () => {
    await tampered.retainAll()
    expect(await store.query('SELECT count() AS n FROM events')).toEqual([{ n: '0' }])
    expect(await verified()).toEqual([])
  })

  it('is intact while retention works, and is not exported half', async () => {
    const retaining = watchedStore(store, async (sql) => {
      if (sql.includes('FROM links WHERE')) await tampered.retainAll()
    })
    const { key } = tampered
    const of = { store: retaining, keys: [createPublicKey(key)], anchors: [anchor] }
    expect((await verifyStore(of)).problems).toEqual([])
    await tampered.putBack()
    const asked = { key, clock: systemClock, tool: 'test', rules: undefined, by: 'somebody' }
    const out = join(folder, 'half')
    await expect(
      exportEvidence({ ...asked, store: retaining, folder: out, selection: {} }),
    ).rejects.toMatchObject({ code: 'export/retained' })
    expect(existsSync(join(out, 'manifest.json'))).toBe(false)
  })

  it('that retention removed in part is verified as far as it remains', async () => {
    await tampered.moveToPast("server = 'a' AND batch = 3 AND position < 8")
    expect(await verified()).toEqual([])
    await tampered.retainPast()
    expect(await store.query('SELECT count() AS n FROM events')).toEqual([{ n: '63' }])
    expect(await verified()).toEqual([])
    const out = await exported('partly')
    const { output, exit } = await verify(out, '--anchor', anchor)
    expect(output).toContain('prod/a/webhook: 2 links, 32 events intact, 8 removed by retention')
    expect(exit).toBe(0)
    if (canCheck) expect(checked([out], '--anchor', anchor).get(out)).toBe('intact')
    await tampered.change('events', "DELETE WHERE server = 'a' AND batch = 3 AND position = 9")
    expect((await verified())[0]).toContain('at positions 0, 1, 2, 3, 4, 5, 6, 7, 9')
  })

  it('is not what an anchor that somebody else wrote says', async () => {
    const other = join(folder, 'other.ndjson')
    const line = readFileSync(anchor, 'utf8').trimEnd().split('\n').at(-1) ?? ''
    writeFileSync(other, `${line.replace('"number":2', '"number":3')}\n`)
    expect(await verified([other])).toEqual([`forged ${other}:1: no key of ours signed this line`])
    // A write that was cut off, and the next one behind it.
    writeFileSync(other, `${line.slice(0, 50)}${line}\n`)
    appendFileSync(other, line.slice(0, 70))
    expect(await verified([other])).toEqual([])
  })

  it('is opened by the holder of the private key, and that is written down', async () => {
    const out = join(folder, 'originals.ndjson')
    const args = ['evidence', 'open', '--data', data, '--key', sealKey, '--out', out]
    const { exit, output, errors } = await run(args)
    expect(errors).toBe('')
    expect(exit).toBe(0)
    expect(output).toContain('1 original in')
    const [secret = ''] = (sent.b ?? []).slice(-1)
    expect(readFileSync(out, 'utf8')).toBe(`{${secret.slice(HEAD.length)}\n`)
    expect(secret).toContain(PLANTED)
    const uses = await store.query("SELECT message FROM issues WHERE code = 'evidence/opened'")
    expect(uses.map(({ message }) => String(message))).toEqual([
      expect.stringMatching(/ opened originals with .*: everything$/),
    ])
    // Never over a file that is there.
    expect((await run(args)).exit).toBe(3)
  })

  it('is not opened by another key', async () => {
    const [key, out] = [join(folder, 'other'), join(folder, 'nothing.ndjson')]
    expect((await run(['evidence', 'keygen', key])).exit).toBe(0)
    const args = ['evidence', 'open', '--data', data, '--key', `${key}.key.pem`, '--out', out]
    const { exit, errors } = await run(args)
    expect(exit).toBe(2)
    expect(errors).toContain('it was sealed for another key (seal/other-key)')
    expect(readFileSync(out, 'utf8')).toBe('')
  })
})

const CHECKER = fileURLToPath(
  new URL('../../investigate/evidence/testing/check-export.py', import.meta.url),
)
const canCheck = ['python3 --version', 'openssl version'].every((command) => {
  const [program = '', ...args] = command.split(' ')
  return spawnSync(program, args).status === 0
})

/** What the program says that was written from the page alone, by folder. */
const checked = (
  folders: readonly string[],
  ...more: readonly string[]
): ReadonlyMap<string, string> => {
  const { stdout } = spawnSync('python3', [CHECKER, ...more, ...folders], { encoding: 'utf8' })
  return new Map(
    stdout.split('\n').flatMap((line) => {
      const of = folders.find((one) => line.startsWith(`${one}: `))
      return of === undefined ? [] : [[of, line.slice(of.length + 2)]]
    }),
  )
}

const exported = async (name: string, ...more: readonly string[]): Promise<string> => {
  const out = join(folder, name)
  const { exit, errors } = await run(['evidence', 'export', '--data', data, '--out', out, ...more])
  expect(errors).toBe('')
  expect(exit).toBe(0)
  return out
}

const tamperedName = (title: string): string => join(folder, title.replaceAll(' ', '-'))

const verify = (of: string, ...more: readonly string[]): ReturnType<typeof run> =>
  run(['evidence', 'verify', of, ...more])

describe('evidence of years', () => {
  it('is asked for with as much time as a store has for any query', async () => {
    await tampered.putBack()
    await tampered.change('events', "DELETE WHERE server = 'a' AND batch = 3 AND position < 8")
    const seconds: unknown[] = []
    const watched = watchedStore(store, async (sql, limits) => {
      if (sql.includes('FROM events')) seconds.push(limits.seconds)
    })
    const { key } = tampered
    await verifyStore({ store: watched, keys: [createPublicKey(key)], anchors: [] })
    const out = join(folder, 'patient')
    const of = { key, clock: systemClock, tool: 'test', rules: undefined, by: 'somebody' }
    await exportEvidence({ ...of, store: watched, folder: out, selection: { sinceUs: 0 } })
    expect(seconds.length).toBeGreaterThan(5)
    expect(new Set(seconds)).toEqual(new Set([LIMIT.storeQuerySecondsMax]))
  })
})

describe('evidence in an export', () => {
  let whole: string
  let publicKey: string

  beforeAll(async () => {
    await tampered.putBack()
    whole = await exported('whole')
    publicKey = join(folder, 'known.pub.pem')
    writeFileSync(publicKey, (await run(['evidence', 'key', '--data', data])).output)
  }, 30_000)

  it('is what was sent, byte for byte, but for what was masked', async () => {
    const items = (sent.a ?? []).map((line) => `{${line.slice(HEAD.length)}\n`).join('')
    expect(readFileSync(join(whole, 'events/0001.ndjson'), 'utf8')).toBe(items)
    expect(readFileSync(join(whole, 'events/0002.ndjson'), 'utf8')).not.toContain(PLANTED)
    const uses = await store.query("SELECT message FROM issues WHERE code = 'evidence/exported'")
    expect(uses.map(({ message }) => String(message)).join('\n')).toContain(
      `exported everything to ${whole}`,
    )
  })

  it('verifies by itself, with the key that is known, and with the anchor', async () => {
    const { exit, output } = await verify(whole, '--public-key', publicKey, '--anchor', anchor)
    expect(output).toBe(
      'prod/a/webhook: 2 links, 40 events intact\nprod/b/webhook: 2 links, 31 events intact\nintact\n',
    )
    expect(exit).toBe(0)
    expect((await verify(whole)).output).toContain('compare its SHA-256 with the one you know')
  })

  it('verifies in the folder in which somebody is', async () => {
    const before = process.cwd()
    process.chdir(whole)
    try {
      expect((await verify('.', '--public-key', publicKey)).output).toContain('\nintact\n')
    } finally {
      process.chdir(before)
    }
  })

  it('says nothing of a log whose first batch is being stored, and verifies', async () => {
    await tampered.addRow("'new' AS server, 99 AS batch", 0)
    const out = await exported('being-stored')
    await tampered.putBack()
    const { output, exit } = await verify(out, '--anchor', anchor)
    expect(output).toContain('prod/new/webhook: 0 links, 0 events intact')
    expect(output).not.toContain('missing')
    expect(exit).toBe(0)
    if (canCheck) expect(checked([out], '--anchor', anchor).get(out)).toBe('intact')
  })

  it('with a tombstone that no program of ours writes is not intact, whoever signed it', async () => {
    const documents = ['null', '{"format":"deckwatch-tombstone-1","cluster":"prod"}']
    for (const [at, document] of documents.entries()) {
      const out = copyOf(whole, join(folder, `stone-${at}`))
      const key = otherKey()
      const signature = sign(null, Buffer.from(document), key).toString('base64')
      const line = `${JSON.stringify({ document, signature })}\n`
      writeFileSync(join(out, 'tombstones.ndjson'), line)
      const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
      manifest.files.push({ path: 'tombstones.ndjson' })
      writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest))
      signAnew(out, key)
      const { output, exit } = await verify(out)
      expect(output).toContain('a tombstone')
      expect(output).toContain('NOT INTACT')
      expect(exit).toBe(1)
    }
  })

  it.skipIf(!canCheck)(
    'is intact for a program written from the page alone (python3, openssl)',
    () => {
      const options = ['--public-key', publicKey, '--anchor', anchor]
      expect(checked([whole], ...options).get(whole)).toBe('intact')
    },
  )

  test.each(EXPORT_TAMPERS)('shows: $title', async ({ title, by, told }) => {
    const changed = copyOf(whole, tamperedName(title))
    by(changed)
    const { exit, output } = await verify(changed)
    expect(output).toContain(told)
    expect(exit).toBe(1)
    // Somebody who signs it with a key of his own is not who has the key that is known.
    const forged = copyOf(changed, `${changed}-forged`)
    signAnew(forged, otherKey())
    const again = await verify(forged, '--public-key', publicKey)
    expect(again.output).toContain('forged: public.pem: it is not the key that was given')
    expect(again.exit).toBe(1)
  })

  it.skipIf(!canCheck)('shows all of that to the other program (python3, openssl)', () => {
    const folders = EXPORT_TAMPERS.map(({ title }) => tamperedName(title))
    const said = checked(folders)
    const forged = folders.map((one) => `${one}-forged`)
    const ofForged = checked(forged, '--public-key', publicKey)
    for (const one of folders) {
      expect(said.get(one), one).toMatch(/^(?!intact$)./)
      expect(ofForged.get(`${one}-forged`), one).toContain('the key is another one')
    }
  })

  it('of a part proves that part', async () => {
    const times = await store.query(
      'SELECT toString(quantileExact(0.3)(received_at)) AS low, ' +
        "toString(quantileExact(0.6)(received_at)) AS high FROM events WHERE server = 'a'",
    )
    const momentOf = (text: unknown): string => `${String(text).replace(' ', 'T')}Z`
    const [since, until] = [momentOf(times[0]?.low), momentOf(times[0]?.high)]
    const part = await exported('part', '--since', since, '--until', until)
    const { exit, output } = await verify(part, '--anchor', anchor)
    expect(output).not.toContain('40 events intact')
    expect(output).toMatch(/prod\/a\/webhook: \d links?, [1-9]\d? events intact/)
    expect(exit).toBe(0)
    if (canCheck) expect(checked([part], '--anchor', anchor).get(part)).toBe('intact')
  })

  it('of a finding holds the finding and its events', async () => {
    const [row] = await store.query(
      "SELECT lower(hex(event_id)) AS id, place_offset FROM events WHERE object_resource = 'secrets' " +
        "AND server = 'b' ORDER BY received_at LIMIT 1",
    )
    const id = 'f'.repeat(32)
    const document = { id, events: [{ id: row?.id, offset: Number(row?.place_offset) }] }
    const of = { id, version: 1, time: '', told_at: '2026-11-20T00:00:00Z', cluster: 'prod' }
    await store.insertRecords('findings', 'f', [{ ...of, document: JSON.stringify(document) }])
    const out = await exported('finding', '--finding', id)
    expect(readFileSync(join(out, 'finding.json'), 'utf8')).toContain(String(row?.id))
    const { output, exit } = await verify(out)
    expect(output).toContain('prod/b/webhook: 1 link, 1 event intact')
    expect(exit).toBe(0)
    const none = ['--finding', '0'.repeat(32), '--out', join(folder, 'none')]
    expect((await run(['evidence', 'export', '--data', data, ...none])).exit).toBe(3)
  })

  it('is the same when it is made again at the same moment, and never where something is', async () => {
    const { key } = tampered
    const clock = { ...systemClock, nowUs: () => 1_795_200_000_000_000 }
    const of = { store, selection: {}, key, clock, tool: 'test', rules: undefined, by: 'somebody' }
    const sums = []
    for (const name of ['one', 'two']) {
      await exportEvidence({ ...of, folder: join(folder, name) })
      sums.push(readFileSync(join(folder, name, 'SHA256SUMS'), 'utf8'))
    }
    expect(sums[0]).toBe(sums[1])
    await expect(exportEvidence({ ...of, folder: join(folder, 'one') })).rejects.toMatchObject({
      code: 'export/not-empty',
    })
  })

  it('says what retention removed, and a forged tombstone explains nothing', async () => {
    await tampered.retainAll()
    const out = await exported('removed')
    const { output, exit } = await verify(out, '--anchor', anchor)
    expect(output).toContain('prod/a/webhook: 2 links, 0 events intact, 40 removed by retention')
    expect(exit).toBe(0)
    if (canCheck) expect(checked([out], '--anchor', anchor).get(out)).toBe('intact')
    const path = join(out, 'tombstones.ndjson')
    writeFileSync(path, readFileSync(path, 'utf8').replace('retention of 1 days', 'no reason'))
    const forged = await verify(out)
    expect(forged.output).toContain('forged: prod/a/webhook: the signature of a tombstone')
    expect(forged.output).toContain('missing: prod/a/webhook link 1: its 20 events are missing')
    if (canCheck) expect(checked([out]).get(out)).toContain('tombstone not signed')
  })

  it('that an older store gave shows by the anchor', async () => {
    await tampered.putBack()
    await tampered.change('events', 'DELETE WHERE batch >= 3')
    await tampered.change('links', 'DELETE WHERE batch >= 3')
    await tampered.change('batches', 'DELETE WHERE number >= 3')
    const out = await exported('older')
    expect((await verify(out)).exit).toBe(0)
    const { output, exit } = await verify(out, '--anchor', anchor)
    expect(output).toContain('rolled-back: prod/a/webhook link 2: it was anchored at')
    expect(exit).toBe(1)
    if (!canCheck) return
    expect(checked([out], '--anchor', anchor).get(out)).toContain('link 2, which is not there')
  })
})

test('a stopped instance is verified and exported too, and nothing else is made one', async () => {
  await tampered.putBack()
  await close()
  close = async () => {}
  const { output, exit } = await run(['evidence', 'verify', '--data', data, '--anchor', anchor])
  expect(output).toContain('prod/a/webhook: 2 links, 40 events intact')
  expect(exit).toBe(0)
  expect((await verify(await exported('stopped'))).exit).toBe(0)
  const nothing = await run(['evidence', 'verify', '--data', join(folder, 'nothing')])
  expect(nothing.exit).toBe(3)
  expect(existsSync(join(folder, 'nothing'))).toBe(false)
  expect((await verify(join(folder, 'nothing'))).exit).toBe(3)
}, 30_000)
