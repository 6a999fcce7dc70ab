import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decoded } from './testing/decoded.ts'

const CORPUS = new URL('../../../shared/corpus/', import.meta.url)

const bytesOf = (path: string): Buffer => {
  const bytes = readFileSync(new URL(path, CORPUS))
  if (path.endsWith('.zst')) return zstdDecompressSync(bytes)
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

/** How many events, and the codes of the issues. */
const found = (path: string): readonly [number, ...(readonly string[])] => {
  const { events, codes } = decoded(bytesOf(path))
  return [events.length, ...new Set(codes)]
}

describe.skipIf(!existsSync(CORPUS))('the corpus (needs ../shared/corpus)', () => {
  test.each([
    ['full', 27_786],
    ['typical', 3_867],
    ['metadata', 10_715],
    ['typo', 4_584],
  ])('the file logs of lab/%s hold %i events and nothing else', (name, count) => {
    const all = ['a', 'b', 'c'].map((server) => found(`lab/${name}/audit-${server}.log.zst`))
    expect(all.reduce((sum, [events]) => sum + events, 0)).toBe(count)
    expect(all.flatMap(([, ...codes]) => codes)).toEqual([])
  })

  test.each([
    ['native/audit2rbac-demo.ndjson', 37],
    ['native/rbac-tool-testdata-01.json', 3],
    ['native/rbac-tool-testdata-02.json', 3],
    ['native/khi-oss.yaml', 1],
    ['native/splunk-denied-job.json', 1],
    ['envelopes/aks-event.json', 22],
    ['envelopes/aks-sample_EventHubs_event.json', 1],
    ['envelopes/aks-sample_KubeAuditLog_event.json', 1],
    ['envelopes/k8s_audit__container_recorder_test_1_1.yaml', 1],
    ['envelopes/k8s_audit__container_recorder_test_1_2.yaml', 1],
    ['envelopes/k8s_audit__container_recorder_test_1_3.yaml', 1],
    ['lab/ops/rotation/audit.log', 47],
    ['lab/ops/poison/audit-f.log.zst', 650],
    ['lab/ops/truncation/audit-e.log.zst', 613],
    ['lab/ops/forged/audit-a.log.zst', 3_502],
    ['lab/ops/torn/no-newline-at-the-end.log', 20],
  ])('%s holds %i events and nothing else', (path, count) => {
    expect(found(path)).toEqual([count])
  })

  test.each([
    ['admission/kube-audit-rest.ndjson', 59, 'decode/no-time'],
    ['tetragon/tetragon_events.ndjson', 0, 'decode/not-audit'],
    ['envelopes/gke_audit__cluster_creation_started.yaml', 0, 'decode/cloud-api'],
    ['envelopes/k8s_audit__container_recorder_test_1_1_manifest.yaml', 0, 'decode/not-audit'],
    ['lab/ops/torn/cut-in-the-last-line.log', 19, 'decode/torn'],
    ['lab/ops/torn/cut-newline-continued.log', 39, 'decode/torn'],
    ['lab/ops/torn/cut-then-continued.log', 39, 'decode/torn'],
    ['lab/ops/torn/nul-bytes-at-the-end.log', 20, 'decode/nul-bytes'],
    ['lab/ops/torn/nul-bytes-then-continued.log', 40, 'decode/nul-bytes'],
    ['lab/full/labels.ndjson', 0, 'decode/not-audit'],
    ['lab/full/etcd.snapshot.zst', 0, 'decode/binary'],
  ])('%s holds %i events and %s', (path, count, code) => {
    expect(found(path)).toEqual([count, code])
  })

  test('Falco’s 47 traces hold 51 events; one is no event on purpose', () => {
    const names = readdirSync(new URL('falco-traces', CORPUS))
    const all = names
      .filter((name) => name !== 'expectations.json')
      .map((name) => found(`falco-traces/${name}`))
    expect(all.length).toBe(47)
    expect(all.reduce((sum, [events]) => sum + events, 0)).toBe(51)
    expect(all.filter(([, code]) => code !== undefined)).toEqual([[0, 'decode/not-audit']])
  })

  test('every other envelope is accounted for', () => {
    for (const name of readdirSync(new URL('envelopes', CORPUS))) {
      const [events, ...codes] = found(`envelopes/${name}`)
      expect(events + codes.length, name).toBeGreaterThan(0)
    }
  })
})
