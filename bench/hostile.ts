import { Random } from './random.ts'

/**
 * Events that an attacker would send to slow us down: duplicate keys, deep nesting, 1.5 MB in one
 * value, text outside ASCII, tens of thousands of labels. All are valid JSON, one a line.
 */
export const makeHostile = (copies: number, seed = 1): Buffer => {
  const random = new Random(seed)
  const lines: string[] = []
  for (let copy = 0; copy < copies; copy += 1) {
    const depth = 1_000 + random.below(4_000)
    lines.push(
      event(random, `{"privileged":false,"privileged":true,"kind":"Pod","kind":"Pod"}`),
      event(random, `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`),
      event(random, JSON.stringify({ data: random.text(4_096, 'аб語🙂\u0007').repeat(366) })),
      event(random, JSON.stringify({ metadata: { labels: manyLabels(random) } })),
    )
  }
  return Buffer.from(lines.join(''))
}

function manyLabels(random: Random): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let count = 0; count < 20_000; count += 1) labels[random.hex(12)] = random.hex(4)
  return labels
}

function event(random: Random, requestObject: string): string {
  return (
    `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse",` +
    `"auditID":"${random.uuid()}","stage":"ResponseComplete",` +
    `"requestURI":"/api/v1/namespaces/shop/pods","verb":"create",` +
    `"user":{"username":"mallory","groups":["system:authenticated"]},"sourceIPs":["192.0.2.9"],` +
    `"objectRef":{"resource":"pods","namespace":"shop","name":"p","apiVersion":"v1"},` +
    `"responseStatus":{"metadata":{},"code":201},"requestObject":${requestObject},` +
    `"requestReceivedTimestamp":"2026-11-20T00:00:00.000001Z",` +
    `"stageTimestamp":"2026-11-20T00:00:00.000002Z","annotations":{}}\n`
  )
}
