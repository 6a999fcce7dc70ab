import type { Instance } from '../../pipeline/serve/running.ts'
import {
  bodyOf,
  demoLines,
  judging,
  LINE_HEAD,
  live,
  optionsFor,
  post,
  until,
} from '../../pipeline/serve/testing/live.ts'

/** The value that is planted in a Secret. */
export const PLANTED = 'c3VwZXItc2VjcmV0LXZhbHVl'

const SECRET = `${LINE_HEAD}"level":"RequestResponse","auditID":"5ec4e7f0-0000-4000-8000-000000000001",\
"stage":"ResponseComplete","requestURI":"/api/v1/namespaces/prod/secrets/db","verb":"get",\
"user":{"username":"eve","groups":["system:authenticated"]},"sourceIPs":["192.0.2.7"],\
"objectRef":{"resource":"secrets","namespace":"prod","name":"db","apiVersion":"v1"},\
"responseStatus":{"metadata":{},"code":200},"responseObject":{"kind":"Secret","apiVersion":"v1",\
"metadata":{"name":"db","namespace":"prod"},"data":{"password":"${PLANTED}"},"type":"Opaque"},\
"requestReceivedTimestamp":"2026-11-20T21:50:00.000001Z",\
"stageTimestamp":"2026-11-20T21:50:00.000900Z"}`

/** Where an instance keeps what, and for whom it seals. */
export interface EvidenceInstance {
  readonly data: string
  readonly anchor: string
  readonly sealKey: string
}

/**
 * Lets an instance receive four bodies, from two API servers in turn, each a batch of its own; one
 * holds the event of a Secret. Gives the lines it was sent, by server.
 */
export const receiveBodies = async (of: EvidenceInstance): Promise<Record<string, string[]>> => {
  const sent = { a: demoLines('a').slice(0, 40), b: [...demoLines('b').slice(0, 30), SECRET] }
  const bodies = [
    { server: 'a', lines: sent.a.slice(0, 20) },
    { server: 'b', lines: sent.b.slice(0, 11) },
    { server: 'a', lines: sent.a.slice(20) },
    { server: 'b', lines: sent.b.slice(11) },
  ]
  const evidence = { anchor: of.anchor, sealKey: undefined }
  const options = optionsFor(of.data, { evidence })
  const sealing = { ...options, judging: judging([]), sealKey: of.sealKey }
  await live(sealing, async (instance) => {
    for (const { server, lines } of bodies) {
      const stored = await batchesOf(instance)
      const status = await post(instance, server, bodyOf(lines), 'prod')
      if (status !== 200) throw new Error(`answered ${status}`)
      await until(async () => (await batchesOf(instance)) !== stored)
    }
  })
  return sent
}

const batchesOf = async ({ status }: Instance): Promise<string> => {
  const lines = (await status.metrics()).split('\n')
  return lines.filter((line) => /^deckwatch_\w*(batches_total)\w*/.test(line)).join('\n')
}
