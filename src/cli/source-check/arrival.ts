import type { Clock } from '../../base/clock.ts'
import { BrokenHop, type OnHop } from './hop.ts'

/** Where to ask for a canary, and for how long. */
export interface ArrivalQuestion {
  /** Of a running instance. */
  readonly status: URL
  readonly id: string
  readonly timeoutMs: number
  /** What it means when it is not seen. */
  readonly remedy: string
}

/** Waits until the instance says that the canary is in its store. */
export const awaitArrival = async (
  { status, id, timeoutMs, remedy }: ArrivalQuestion,
  clock: Clock,
  signal: AbortSignal,
  onHop: OnHop,
): Promise<void> => {
  const startMs = clock.elapsedMs()
  let stage = 'not-seen'
  for (;;) {
    const seen = await askStatus(new URL(`/canary/${id}`, status), signal)
    if (seen.stage === 'stored') {
      const seconds = ((clock.elapsedMs() - startMs) / 1000).toFixed(1)
      await onHop('arrival', `stored as ${seen.source} after ${seconds} s`)
      return
    }
    if (seen.stage !== 'not-seen') stage = seen.stage
    if (signal.aborted) return
    if (clock.elapsedMs() - startMs >= timeoutMs) break
    await clock.sleep(ASK_AGAIN_MS, signal)
  }
  if (stage === 'not-seen') throw new BrokenHop('arrival', 'the canary was not seen', remedy)
  throw new BrokenHop(
    'arrival',
    `the canary is ${stage}, and not in the store`,
    'the store is behind or stuck: /readyz of the status address says which part',
  )
}

const ASK_AGAIN_MS = 500
const REPLY_CHARACTERS_MAX = 10_000

interface Seen {
  readonly stage: string
  readonly source: string
}

async function askStatus(url: URL, signal: AbortSignal): Promise<Seen> {
  try {
    const response = await fetch(url, { signal, redirect: 'error' })
    const text = (await response.text()).slice(0, REPLY_CHARACTERS_MAX)
    const { stage, cluster, server, way } = JSON.parse(text)
    return { stage: String(stage), source: `${cluster}/${server} by ${way}` }
  } catch (error) {
    if (signal.aborted) return { stage: 'not-seen', source: '' }
    throw new BrokenHop(
      'arrival',
      `${url.origin} does not tell the status (${whyOf(error)})`,
      'give the address of deckwatch serve --status, as in http://127.0.0.1:9464',
    )
  }
}

/** `fetch` itself says only that it failed. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
