import { spawnSync } from 'node:child_process'
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { exportEvidence } from '../../investigate/evidence/export.ts'
import { verifyStore } from '../../investigate/evidence/verify-store.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { newSealKeys } from '../../store/seal.ts'
import type { Store } from '../../store/store.ts'
import { retain } from '../../store/upkeep/retention.ts'
import { PLANTED, receiveBodies } from '../testing/evidence-instance.ts'
import { run } from '../testing/memory-shell.ts'
import { copyOf, EXPORT_TAMPERS, otherKey, signAnew } from '../testing/tampered-exports.ts'

const HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'
const folder = mkdtempSync(join(tmpdir(), 'deckwatch-evidence-'))
const data = join(folder, 'data')
const anchor = join(folder, 'anchor.ndjson')
const seal = newSealKeys(randomBytes)
const sealKey = join(folder, 'seal.key.pem')

let sent: Record<string, string[]>
let store: Store
let close: () => Promise<void>

beforeAll(async () => {
  writeFileSync(sealKey, seal.privateKey)
  sent = await receiveBodies({ data, anchor, sealKey: seal.publicKey })
  const opened = await openEmbedded({ folder: data, clock: systemClock })
  store = opened.store
  close = opened.close
  for (const table of TABLES) {
    await store.command(`CREATE TABLE kept_${table} AS ${table}`)
    await store.command(`INSERT INTO kept_${table} SELECT * FROM ${table}`)
  }
}, 60_000)

afterAll(async () => {
  await close?.()
  rmSync(folder, { recursive: true, force: true })
})

const TABLES = ['events', 'links', 'batches', 'tombstones']

/** Tables that are not as they were. */
const dirty = new Set<string>()

const putBack = async (): Promise<void> => {
  for (const table of dirty) {
    await store.command(`TRUNCATE TABLE ${table}`)
    await store.command(
      `INSERT INTO ${table} SELECT * FROM kept_${table} SETTINGS insert_deduplicate = 0`,
    )
  }
  dirty.clear()
}

const command = (table: string, sql: string): Promise<void> => {
  dirty.add(table)
  return store.command(sql)
}

const change = (table: string, what: string): Promise<void> =>
  command(table, `ALTER TABLE ${table} ${what} SETTINGS mutations_sync = 1`)

const verified = async (anchors = [anchor]): Promise<readonly string[]> => {
  const keys = [createPublicKey(readFileSync(join(data, 'keys', 'evidence.pub.pem')))]
  const { problems } = await verifyStore({ store, keys, anchors })
  return problems.map(({ kind, at, message }) => `${kind} ${at}: ${message}`)
}

/** A row as another one is, but for what replaces some of it. */
const addRow = (replacing: string, position: number): Promise<void> =>
  command(
    'events',
    `INSERT INTO events SELECT * REPLACE(${replacing}) FROM ` +
      `(SELECT * FROM kept_events WHERE ${LAST_OF_A} AND position = ${position}) ` +
      'SETTINGS insert_deduplicate = 0',
  )

interface Tamper {
  readonly title: string
  readonly by: () => Promise<void>
  /** What must be said of it, of each a part. */
  readonly told: readonly string[]
}

const LAST_OF_A = "server = 'a' AND batch = 3"

const TAMPERS: readonly Tamper[] = [
  {
    title: 'a bit in the bytes of an event',
    by: () =>
      change(
        'events',
        `UPDATE raw_rest = concat(substring(raw_rest, 1, 20), 'X', substring(raw_rest, 22)) ` +
          `WHERE ${LAST_OF_A} AND position = 5`,
      ),
    told: ['changed prod/a/webhook link 2: bytes of one or more of its events'],
  },
  {
    title: 'what says where an event was read',
    by: async () => {
      await change('events', `DELETE WHERE ${LAST_OF_A} AND position = 5`)
      await addRow('toUInt32(99) AS place_index', 5)
    },
    told: ['changed prod/a/webhook link 2: bytes of one or more of its events, or what it says'],
  },
  {
    title: 'the digest before masking',
    by: () =>
      change(
        'events',
        `UPDATE masked_from = SHA256('another') WHERE masked_from != toFixedString('', 32)`,
      ),
    told: ['changed prod/b/webhook link 2: bytes of one or more of its events'],
  },
  {
    title: 'a row deleted',
    by: () => change('events', `DELETE WHERE ${LAST_OF_A} AND position = 7`),
    told: [
      'missing prod/a/webhook link 2: 1 events are missing (batch 3, 20 events) at position 7',
    ],
  },
  {
    title: 'a row inserted beside others',
    by: () => addRow('toUInt32(99) AS position', 3),
    told: ['added prod/a/webhook link 2: 1 events are there that it does not speak of'],
  },
  {
    title: 'a row that is there twice',
    by: () =>
      command(
        'events',
        `INSERT INTO events SELECT * FROM kept_events WHERE ${LAST_OF_A} AND position = 3 ` +
          'SETTINGS insert_deduplicate = 0',
      ),
    told: [
      'added prod/a/webhook link 2: 1 events are there that it does not speak of',
      'position 3',
    ],
  },
  {
    title: 'a row inserted in a batch of another log',
    by: () => addRow('toUInt64(2) AS batch', 3),
    told: ['added prod/a/webhook batch 2: no link speaks of its 1 events'],
  },
  {
    title: 'a row inserted behind everything',
    by: () => addRow('toUInt64(1000) AS batch', 3),
    told: ['added prod/a/webhook batch 1000: no link speaks of its 1 events'],
  },
  {
    title: 'a row of a log that nobody received',
    by: () => addRow("'z' AS server", 3),
    told: ['added prod/z/webhook batch 3: no link speaks of its 1 events'],
  },
  {
    title: 'two rows swapped',
    by: () =>
      change(
        'events',
        `UPDATE position = if(position = 4, 9, 4) WHERE ${LAST_OF_A} AND position IN (4, 9)`,
      ),
    told: ['reordered prod/a/webhook link 2: its events are not in their order'],
  },
  {
    title: 'a batch deleted with its link',
    by: async () => {
      await change('events', 'DELETE WHERE batch = 1')
      await change('links', 'DELETE WHERE batch = 1')
      await change('batches', 'DELETE WHERE number = 1')
    },
    told: ['missing prod/a/webhook link 2: before it link 1 of the chain is missing'],
  },
  {
    title: 'the events of a batch deleted',
    by: () => change('events', 'DELETE WHERE batch = 1'),
    told: ['missing prod/a/webhook link 1: 20 events are missing', 'positions 0, 1, 2'],
  },
  {
    title: 'the tail cut off',
    by: async () => {
      await change('events', 'DELETE WHERE batch >= 3')
      await change('links', 'DELETE WHERE batch >= 3')
      await change('batches', 'DELETE WHERE number >= 3')
    },
    told: [
      'rolled-back prod/a/webhook link 2: it was anchored at',
      'rolled-back prod/b/webhook link 2: it was anchored at',
    ],
  },
  {
    title: 'everything put back to nothing',
    by: async () => {
      for (const table of TABLES) await command(table, `TRUNCATE TABLE ${table}`)
    },
    told: ['rolled-back prod/a/webhook link 2', 'rolled-back prod/b/webhook link 2'],
  },
  {
    title: 'a batch put back, and another in its place with links that fit',
    by: async () => {
      await change('events', `DELETE WHERE ${LAST_OF_A}`)
      const [row] = await store.query("SELECT * FROM links WHERE server = 'a' AND number = 2")
      const { linkDigest } = await import('../../store/evidence/chain.ts')
      const { createHash } = await import('node:crypto')
      const leaves = createHash('sha256').digest('hex')
      const of = {
        source: { cluster: 'prod', server: 'a', way: 'webhook' },
        ...{ number: 2, batch: 3, events: 0, leaves },
        reading: String(row?.reading),
        previous: String(row?.previous),
      } as const
      await change(
        'links',
        `UPDATE events = 0, leaves = '${leaves}', link = '${linkDigest(of)}' ` +
          "WHERE server = 'a' AND number = 2",
      )
    },
    told: ['rolled-back prod/a/webhook link 2: it is not the one that was anchored at'],
  },
  {
    title: 'a link edited',
    by: () => change('links', `UPDATE reading = concat(reading, ' ') WHERE batch = 1`),
    told: ['changed prod/a/webhook link 1: its digest is not that of what it says'],
  },
  {
    title: 'a link edited with its digest',
    by: () =>
      change('links', `UPDATE link = '${'a'.repeat(64)}' WHERE server = 'a' AND number = 1`),
    told: ['changed prod/a/webhook link 2: it does not follow link 1 as that is now'],
  },
  {
    title: 'a tombstone that nobody signed',
    by: async () => {
      await change('events', 'DELETE WHERE batch = 1')
      await insertTombstone(generateKeyPairSync('ed25519').privateKey)
    },
    told: [
      'forged prod/a/webhook: the signature of a tombstone is not that of the key',
      'missing prod/a/webhook link 1: 20 events are missing',
    ],
  },
  {
    title: 'a signed tombstone that is used for more than it says',
    by: async () => {
      await change('events', 'DELETE WHERE batch IN (1, 3)')
      await insertTombstone(createPrivateKey(readFileSync(join(data, 'keys/evidence.key.pem'))))
    },
    told: ['missing prod/a/webhook link 2: 20 events are missing'],
  },
]

const insertTombstone = async (key: Parameters<typeof sign>[2]): Promise<void> => {
  const [row] = await store.query(
    "SELECT instance, link FROM kept_links WHERE server = 'a' AND number = 1",
  )
  const when = '2026-11-21T00:00:00.000000Z'
  const document = JSON.stringify({
    format: 'deckwatch-tombstone-1',
    instance: row?.instance,
    ...{ cluster: 'prod', server: 'a', way: 'webhook', from: 1, to: 1, partly: [], events: 20 },
    link: row?.link,
    ...{ why: 'retention of 1 days', when },
  })
  const signature = sign(null, Buffer.from(document), key).toString('base64')
  const of = { instance: row?.instance, cluster: 'prod', server: 'a', way: 'webhook' }
  dirty.add('tombstones')
  await store.insertRecords('tombstones', `t-${signature}`, [
    { ...of, document, signature, made_at: when },
  ])
}

/** Drops everything, as if it were long ago. */
const retainAll = async (): Promise<void> => {
  for (const table of ['events', 'tombstones']) dirty.add(table)
  const key = createPrivateKey(readFileSync(join(data, 'keys/evidence.key.pem')))
  const clock = { ...systemClock, nowUs: () => systemClock.nowUs() + 60 * 86_400e6 }
  const signed = (bytes: Uint8Array): string => sign(null, bytes, key).toString('base64')
  await retain({ store, shape: { kind: 'single' }, clock, sign: signed }, [{ days: 1 }])
}

describe('evidence in a store', () => {
  beforeEach(putBack, 30_000)

  it('is intact as it was stored, by the command too, while an instance has it', async () => {
    expect(await verified()).toEqual([])
    const args = ['evidence', 'verify', '--data', data, '--anchor', anchor]
    const { exit, output } = await run(args)
    expect(output).toContain('prod/a/webhook: 2 links, 40 events intact')
    expect(output).toContain('prod/b/webhook: 2 links, 31 events intact')
    expect(exit).toBe(0)
  })

  test.each(TAMPERS)('shows: $title', async ({ by, told }) => {
    await by()
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
    await retainAll()
    expect(await store.query('SELECT count() AS n FROM events')).toEqual([{ n: '0' }])
    expect(await verified()).toEqual([])
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
  new URL('../../investigate/evidence/testing/check_export.py', import.meta.url),
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

describe('evidence in an export', () => {
  let whole: string
  let publicKey: string

  beforeAll(async () => {
    await putBack()
    whole = await exported('whole')
    publicKey = join(folder, 'known.pub.pem')
    writeFileSync(publicKey, (await run(['evidence', 'key', '--data', data])).output)
  }, 30_000)

  it('is what was sent, byte for byte, but for what was masked', async () => {
    const items = (sent.a ?? []).map((line) => `{${line.slice(HEAD.length)}\n`).join('')
    expect(readFileSync(join(whole, 'events/0001.ndjson'), 'utf8')).toBe(items)
    expect(readFileSync(join(whole, 'events/0002.ndjson'), 'utf8')).not.toContain(PLANTED)
    const uses = await store.query("SELECT message FROM issues WHERE code = 'evidence/exported'")
    expect(String(uses[0]?.message)).toContain(`exported everything to ${whole}`)
  })

  it('verifies by itself, with the key that is known, and with the anchor', async () => {
    const { exit, output } = await verify(whole, '--public-key', publicKey, '--anchor', anchor)
    expect(output).toBe(
      'prod/a/webhook: 2 links, 40 events intact\nprod/b/webhook: 2 links, 31 events intact\nintact\n',
    )
    expect(exit).toBe(0)
    expect((await verify(whole)).output).toContain('compare its SHA-256 with the one you know')
  })

  it.skipIf(!canCheck)(
    'is intact for a program written from the page alone (python3, openssl)',
    () => {
      expect(checked(whole)).toBe('intact\n')
      expect(checked(whole, '--public-key', publicKey, '--anchor', anchor)).toBe('intact\n')
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
    const key = createPrivateKey(readFileSync(join(data, 'keys/evidence.key.pem')))
    const clock = { ...systemClock, nowUs: () => 1_795_200_000_000_000 }
    const of = { store, selection: {}, key, clock, tool: 'test', rules: undefined, by: 'somebody' }
    const sums = []
    for (const name of ['one', 'two']) {
      await exportEvidence({ ...of, folder: join(folder, name) })
      sums.push(readFileSync(join(folder, name, 'SHA256SUMS'), 'utf8'))
    }
    expect(sums[0]).toBe(sums[1])
    await expect(exportEvidence({ ...of, folder: join(folder, 'one') })).rejects.toMatchObject({
      code: 'evidence/not-empty',
    })
  })

  it('says what retention removed, and a forged tombstone explains nothing', async () => {
    await retainAll()
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
    await putBack()
    await change('events', 'DELETE WHERE batch >= 3')
    await change('links', 'DELETE WHERE batch >= 3')
    await change('batches', 'DELETE WHERE number >= 3')
    const out = await exported('older')
    expect((await verify(out)).exit).toBe(0)
    const { output, exit } = await verify(out, '--anchor', anchor)
    expect(output).toContain('rolled-back: prod/a/webhook link 2: it was anchored at')
    expect(exit).toBe(1)
    if (!canCheck) return
    expect(checked([out], '--anchor', anchor).get(out)).toContain('link 2, which is not there')
  })
})
