import { type InferredPolicies, PolicyInference } from '../../advise/policy/infer-drift.ts'
import { toJson } from '../../kubernetes/audit-policy/load/to-json.ts'
import { toYaml } from '../../kubernetes/audit-policy/load/to-yaml.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Given } from '../command.ts'
import { momentOf, wrong } from '../hunt-request.ts'
import { inferComments, inferenceText } from '../output/inference-text.ts'
import { jsonLine } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { readPolicyEvents } from '../policy-events.ts'
import { columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch policy infer`: exits with 1 where API servers differ, or one has changed. */
export const runPolicyInfer = async (given: Given, shell: Shell): Promise<number> => {
  const inference = new PolicyInference()
  const isAsked = timeFilter(given)
  const read = await readPolicyEvents(given, given.arguments, shell, (event) => {
    if (isAsked(event)) inference.add(event)
  })
  if (read.events === 0) return read.exit
  const inferred = inference.result()
  if (inferred.groups.length === 0) {
    throw wrong('no event of these logs is of that time', 'give another --since or --until')
  }
  const format = given.text('format')
  if (format === 'json') await shell.output.write(`${jsonLine(inferenceRecord(inferred))}\n`)
  else if (format === 'yaml') await shell.output.write(yamlOf(inferred))
  else {
    const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
    const width = columnsOf(shell.output, shell)
    await shell.output.write(inferenceText(inferred, width, palette))
  }
  if (read.exit !== EXIT.nothing) return read.exit
  const isSame = inferred.groups.length === 1 && inferred.changes.length === 0
  return isSame ? EXIT.nothing : EXIT.findings
}

/** `--since` and `--until`, by when a request was received: then its level was decided. */
const timeFilter = (given: Given): ((event: AuditEvent) => boolean) => {
  const [since, until] = [momentOf(given, 'since'), momentOf(given, 'until')]
  if (since === undefined && until === undefined) return () => true
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since)
  const to = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until)
  return ({ requestReceivedTimestamp }) => {
    const time = Date.parse(requestReceivedTimestamp)
    return time >= from && time < to
  }
}

/** One document for each group of API servers: an API server would read the first alone. */
const yamlOf = ({ groups }: InferredPolicies): string =>
  groups.map((group) => toYaml(group.inferred.policy, inferComments(group))).join('---\n')

/** What was inferred as JSON: a policy for each group of API servers, and where they differ. */
const inferenceRecord = ({
  groups,
  drift,
  changes,
}: InferredPolicies): Record<string, unknown> => ({
  policies: groups.map(({ servers, inferred }) => ({
    servers,
    policy: toJson(inferred.policy),
    events: inferred.counts.events,
    seconds: inferred.seconds ?? null,
    rules: inferred.rules.map((rule, at) => ({
      rule: at,
      level: rule.rule.level,
      events: rule.counts.events,
      agreeing: rule.agreeing,
      requests: rule.requests,
      confidence: rule.confidence,
      example: rule.example ?? null,
    })),
    stages: inferred.stages,
    managedFields: {
      kept: inferred.managedFields.kept ?? null,
      objects: inferred.managedFields.objects,
    },
    unexplained: inferred.unexplained.map((one) => ({ ...one, example: one.example ?? null })),
    unexplainedEvents: inferred.unexplainedEvents,
    perhapsHidden: inferred.hints,
    untold: inferred.untold,
    leftOut: inferred.leftOut,
  })),
  drift: drift.map((one) => ({
    ...one,
    example: one.example ?? null,
    otherExample: one.otherExample ?? null,
  })),
  changes: changes.map((one) => ({
    ...one,
    example: one.example ?? null,
    laterExample: one.laterExample ?? null,
  })),
})
