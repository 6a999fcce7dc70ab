import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../src/cli/testing/memory-shell.ts'
import { ROOT } from '../files.ts'

/** What commands of `deckwatch policy` write with `--format json`, by name: every key is there. */
export const policySamples = async (): Promise<ReadonlyMap<string, readonly unknown[]>> => {
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-samples-'))
  try {
    const samples = new Map<string, readonly unknown[]>()
    for (const [name, commands] of Object.entries(commandsIn(folder))) {
      const written: unknown[] = []
      for (const words of commands) written.push(...(await recordsOf(words)))
      samples.set(name, written)
    }
    return samples
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function recordsOf(words: readonly string[]): Promise<readonly unknown[]> {
  const { output, errors } = await run(['policy', ...words])
  const lines = output.split('\n').filter((line) => line !== '')
  if (lines.length === 0) throw new Error(`policy ${words.join(' ')}: ${errors}`)
  return lines.map((line): unknown => JSON.parse(line))
}

const LOG = `${ROOT}src/cli/testing/logs/shop/audit-a.log`

type Commands = Readonly<Record<string, readonly (readonly string[])[]>>

const commandsIn = (folder: string): Commands => {
  const file = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const policy = (name: string, rules: string): string =>
    file(name, `apiVersion: audit.k8s.io/v1\nkind: Policy\n${rules}`)
  const first = policy('first.yaml', FIRST)
  const other = policy('other.yaml', 'rules: [{level: Metadata}]\n')
  const refused = policy('refused.yaml', 'rules: [{level: Some}]\n')
  const drifted = file('drifted.log', driftedLog())
  const json = ['--format', 'json']
  return {
    show: [first, refused].map((path) => ['show', path, ...json]),
    lint: [['lint', first, '--check', 'cis', ...json]],
    evaluate: [['evaluate', '--policy', first, LOG, '--format', 'ndjson']],
    simulate: [['simulate', '--policy', first, LOG, ...json]],
    diff: [['diff', first, other, LOG, ...json]],
    estimate: [['estimate', LOG, '--policy', first, '--price', '1', ...json]],
    coverage: [['coverage', first, ...json]],
    minimal: [
      ['minimal', '--rule', 'B01', '--rule', 'D20', '--rule', 'D21', '--events', LOG, ...json],
    ],
    infer: [['infer', LOG, drifted, ...json]],
    flags: [['flags', ...json, '--', '--audit-policy-file=p', '--audit-log-path=a']],
  }
}

/** Something for each key: a field that is dropped, a None rule, tokens, a rule in vain. */
const FIRST = `omitStages: [RequestReceived]
rules:
- level: None
  verbs: [get, list, watch]
  resource: [leases]
- level: Request
- level: Metadata
  users: [alice]
`

/** Another API server, which logs the same at another level. */
const driftedLog = (): string => {
  const [line = ''] = readFileSync(LOG, 'utf8').split('\n')
  const at = (level: string): string => line.replace(/"level":"\w+"/, `"level":"${level}"`)
  const later = (text: string): string => text.replaceAll('"2026-', '"2027-')
  return `${`${at('Request')}\n`.repeat(80)}${`${later(at('Metadata'))}\n`.repeat(80)}`
}
