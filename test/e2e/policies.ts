// The second half of `npm run e2e`: every policy that deckwatch comes with, and those of the guide,
// are loaded by a real API server. The same requests go to it and to one that logs everything; what
// the policy is said to leave of the one's events must be what the other has logged.
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeOne } from '../../src/advise/judge-case.ts'
import { CANNOT_TELL } from '../../src/base/truth.ts'
import { cutEvent } from '../../src/kubernetes/audit-policy/cut-event.ts'
import { policyRequestOf } from '../../src/kubernetes/audit-policy/event-request.ts'
import { loadPolicy } from '../../src/kubernetes/audit-policy/load/load-policy.ts'
import type { AuditPolicy } from '../../src/kubernetes/audit-policy/policy.ts'
import { compilePolicy } from '../../src/kubernetes/audit-policy/policy-evaluator.ts'
import type { AuditEvent } from '../../src/model/event.ts'
import { Lab, whyNot } from './lab.ts'
import { REQUESTS, type Sent } from './policy-requests.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PRESETS = join(ROOT, 'content/audit-policies')
const GUIDE = join(ROOT, 'docs/guide/audit-policy.md')
/** Logs everything, and answers like the one with the policy. */
const REFERENCE = { name: 'b', port: 16_444 }
/** Differences shown of each policy. */
const SHOWN_MAX = 10
/** What the ids begin with that requests are sent with; the rest is the number of the request. */
const OURS = 'e2e00000-0000-4000-8000-'
const TRIED = { name: 'd', port: 16_446 }

const reason = whyNot()
if (reason !== undefined) {
  console.log(`skipped: ${reason}`)
  process.exit(0)
}

const lab = new Lab(resolve(process.env.LAB ?? join(ROOT, '.e2e/lab')))
try {
  await run()
} finally {
  lab.script('down')
}

async function run(): Promise<void> {
  lab.script('build')
  lab.script('down', ['--clean'])
  lab.script('up', [], { SERVERS: 'a b' })
  send(REFERENCE.port)
  await settled()
  const reference = eventsOf(REFERENCE.name)
  const rows = []
  for (const [name, text] of policyTexts()) rows.push(await tryPolicy(name, text, reference))
  console.table(rows)
  if (rows.length === 0 || rows.some(({ wrong }) => wrong > 0)) process.exitCode = 1
}

interface Row {
  readonly policy: string
  readonly requests: number
  readonly logged: number
  /** Events that are there and should not, or not and should, or hold something else. */
  readonly wrong: number
}

/** The presets, the examples of the guide, and the smallest policy for all detections. */
function policyTexts(): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const name of readdirSync(PRESETS).filter((one) => one.endsWith('.yaml'))) {
    texts.set(name, readFileSync(join(PRESETS, name), 'utf8'))
  }
  const examples = readFileSync(GUIDE, 'utf8').matchAll(/^```yaml\n(apiVersion: audit.*?)^```/gms)
  for (const [at, [, text = '']] of [...examples].entries()) texts.set(`guide ${at + 1}`, text)
  const args = ['src/main.ts', 'policy', 'minimal']
  texts.set('minimal for all', execFileSync(process.execPath, args, { cwd: ROOT }).toString())
  return texts
}

/** An API server with the policy, the same requests, and the comparison. */
async function tryPolicy(name: string, text: string, reference: Events): Promise<Row> {
  const file = join(lab.folder, 'policy.yaml')
  writeFileSync(file, text)
  const { policy } = loadPolicy(readFileSync(file), name)
  if (policy === undefined) throw new Error(`${name} is refused`)
  rmSync(lab.logFolder(TRIED.name), { recursive: true, force: true })
  lab.script('apiserver', [TRIED.name], { POLICY: file })
  send(TRIED.port)
  await settled()
  await lab.stop(`kube-apiserver-${TRIED.name}`, 'SIGTERM')
  const seen = eventsOf(TRIED.name)
  const expected = expectedOf(policy, reference)
  const differences = [...new Set([...expected.keys(), ...seen.keys()])].flatMap((key) => {
    const logged = seen.get(key)
    const shape = logged === undefined ? 'nothing' : shapeOf(logged.record)
    const said = expected.get(key) ?? 'nothing'
    return shape === said
      ? []
      : `${name}: ${titleOf(key, reference)}: said ${said}, logged ${shape}`
  })
  for (const line of differences.slice(0, SHOWN_MAX)) console.log(line)
  return {
    policy: name,
    requests: REQUESTS.length,
    logged: seen.size,
    wrong: differences.length + (reference.size < REQUESTS.length ? 1 : 0),
  }
}

function titleOf(key: string, reference: Events): string {
  const event = reference.get(key)?.event
  return `${key} ${event?.verb} ${event?.requestURI} by ${event?.user.username}`
}

/** An event of one of our requests: as it was written, and as it is read. */
interface Logged {
  readonly record: Readonly<Record<string, unknown>>
  readonly event: AuditEvent
}

/** Events by the number of their request and their stage. */
type Events = ReadonlyMap<string, Logged>

/** What the policy is said to leave of each event of a server that logs everything. */
function expectedOf(policy: AuditPolicy, reference: Events): ReadonlyMap<string, string> {
  const evaluator = compilePolicy(policy)
  const expected = new Map<string, string>()
  for (const [key, { event, record }] of reference) {
    const cut = cutEvent(record, evaluator.decide(policyRequestOf(event).request))
    if (cut === CANNOT_TELL) expected.set(key, 'cannot be told')
    else if (cut !== undefined) expected.set(key, shapeOf(cut))
  }
  return expected
}

/**
 * The level of an event, which members it has, and whether its bodies say who manages which field;
 * annotations of slow requests come and go.
 */
function shapeOf(record: Logged['record']): string {
  const members = Object.keys(record).filter((name) => name !== 'annotations')
  const managed = JSON.stringify(record).includes('"managedFields":') ? ', managedFields' : ''
  return `${record.level} with ${members.sort().join(', ')}${managed}`
}

function eventsOf(server: string): Events {
  const text = readFileSync(join(lab.logFolder(server), 'audit.log'), 'utf8')
  const events = new Map<string, Logged>()
  for (const line of text.split('\n').filter((one) => one.includes(OURS))) {
    const event = decodeOne(line)
    if (typeof event === 'string') throw new Error(event)
    if (!event.auditID?.startsWith(OURS)) continue
    const number = event.auditID.slice(OURS.length)
    events.set(`${number} ${event.stage}`, { event, record: JSON.parse(line) })
  }
  return events
}

/** Sends every request, each under an id of its own. */
function send(port: number): void {
  const script = join(lab.folder, 'policy-requests.sh')
  writeFileSync(script, REQUESTS.map((sent, at) => curl(sent, at, port)).join('\n'))
  const { command, environment } = lab.enter
  const done = spawnSync(command, ['sh', script], { env: environment, stdio: ['ignore', 2, 2] })
  if (done.status !== 0) throw new Error(`sending requests ended with ${done.status}`)
}

function curl({ as, method, target, body }: Sent, at: number, port: number): string {
  const pki = join(lab.folder, 'pki')
  const id = OURS + String(at).padStart(12, '0')
  const parts = [
    'curl -s -m 20 -o /dev/null --path-as-is',
    `--cacert ${quoted(join(pki, 'ca.crt'))} -H ${quoted(`Audit-ID: ${id}`)}`,
    as === undefined
      ? ''
      : `--cert ${quoted(join(pki, `${as}.crt`))} --key ${quoted(join(pki, `${as}.key`))}`,
    method === 'HEAD' ? '-I' : `-X ${method}`,
    body === undefined ? '' : `-H 'Content-Type: application/json' -d ${quoted(body)}`,
    quoted(`https://127.0.0.1:${port}${target}`),
    '|| true',
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Watches end a second after they began, and their last event comes then. */
function settled(): Promise<void> {
  return new Promise((done) => setTimeout(done, 4_000))
}
