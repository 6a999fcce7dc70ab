import { randomUUID } from 'node:crypto'
import { systemClock } from '../../base/clock.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { LIMIT } from '../../base/limit.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { jsonLine } from '../output/machine.ts'
import { readText } from '../rule-files.ts'
import { EXIT, type Shell } from '../shell.ts'
import { awaitArrival } from '../source-check/arrival.ts'
import { CANARY_PREFIX } from '../source-check/canary.ts'
import { endpointOf } from '../source-check/endpoint.ts'
import { BrokenHop, type Hop, type OnHop } from '../source-check/hop.ts'
import { readKubeconfig } from '../source-check/kubeconfig.ts'
import { askApiServer, sendCanary } from '../source-check/send-canary.ts'

/** Runs `deckwatch source check`. */
export const runSourceCheck = async (given: Given, shell: Shell): Promise<number> => {
  const id = `${CANARY_PREFIX}${randomUUID()}`
  const plan = await planOf(given)
  const hops: Hop[] = []
  const show = async (hop: Hop): Promise<void> => {
    hops.push(hop)
    if (given.text('format') !== 'json') await shell.output.write(lineOf(hop))
  }
  try {
    await travel(id, plan, shell.signal, (hop, detail) => show({ hop, ok: true, detail }))
  } catch (error) {
    if (!(error instanceof BrokenHop)) throw error
    await show(error.hop)
  }
  const isWhole = hops.every(({ ok }) => ok)
  await shell.output.write(
    given.text('format') === 'json'
      ? `${jsonLine({ ok: isWhole, canary: id, hops })}\n`
      : `${ending(isWhole, plan, id)}\n`,
  )
  if (shell.signal.aborted) return EXIT.interrupted
  return isWhole ? EXIT.nothing : EXIT.findings
}

/** What to try. */
interface Plan {
  readonly through: 'receiver' | 'API server'
  readonly endpoint: Awaited<ReturnType<typeof endpointOf>>
  readonly status: URL | undefined
  readonly timeoutMs: number
}

async function planOf(given: Given): Promise<Plan> {
  const file = given.text('kubeconfig')
  const status = statusOf(given)
  const timeoutMs = timeoutOf(given)
  if (file === undefined) {
    return { through: 'receiver', endpoint: await endpointOf(given), status, timeoutMs }
  }
  if (given.text('webhook-config') !== undefined || given.text('url') !== undefined) {
    throw wrong('--kubeconfig asks an API server', 'leave --webhook-config and --url away')
  }
  if (status === undefined) {
    throw wrong('--status is missing', 'give the address of deckwatch serve --status')
  }
  const text = await readText(file, LIMIT.yamlBytesMax)
  const endpoint = readKubeconfig(text, file, given.text('context'))
  return { through: 'API server', endpoint, status, timeoutMs }
}

function statusOf(given: Given): URL | undefined {
  const text = given.text('status')
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) return url
  throw wrong(`--status "${text}" is no URL`, 'write it as http://127.0.0.1:9464')
}

function timeoutOf(given: Given): number {
  const text = given.text('timeout') ?? ''
  if (/^\d{1,4}$/.test(text)) return Number(text) * 1000
  throw wrong(`--timeout "${text}" is no number of seconds`, 'give a number such as 60')
}

async function travel(id: string, plan: Plan, signal: AbortSignal, onHop: OnHop): Promise<void> {
  const { endpoint, status, timeoutMs } = plan
  const viaServer = plan.through === 'API server'
  if (viaServer) await askApiServer(endpoint, id, onHop)
  else await sendCanary(endpoint, id, systemClock.nowUs(), onHop)
  if (status === undefined) return
  const remedy = viaServer ? NOT_THROUGH_SERVER : NOT_THROUGH_RECEIVER
  await awaitArrival({ status, id, timeoutMs, remedy }, systemClock, signal, onHop)
}

const NOT_THROUGH_RECEIVER = 'check that --status is of the instance that the receiver belongs to'
const NOT_THROUGH_SERVER =
  'its policy does not log this request, its webhook does not reach the receiver (check that with ' +
  '--webhook-config on its host), or its batch waits longer than --timeout'

const lineOf = ({ ok, hop, detail, remedy }: Hop): string =>
  [
    `${ok ? 'ok  ' : 'FAIL'}  ${hop.padEnd(15)}  ${escapeTerminal(detail)}\n`,
    ...(remedy === undefined ? [] : [`      ${' '.repeat(15)}  ${remedy}\n`]),
  ].join('')

function ending(isWhole: boolean, { status }: Plan, id: string): string {
  if (!isWhole) return '\nThe way is broken at the hop that failed.'
  const rest = status === undefined ? ' Give --status to see whether it is stored.' : ''
  return `\nThe way is whole: canary ${id}.${rest}`
}
