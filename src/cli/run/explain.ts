import { escapeTerminal } from '../../base/escape-text.ts'
import type { CompiledRule } from '../../detect/compile.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Given } from '../command.ts'
import { type Explanation, explainRule } from '../explanation.ts'
import { findEvent } from '../find-event.ts'
import { ranges, wrong } from '../hunt-request.ts'
import { explanationLines } from '../output/explanation-text.ts'
import { jsonLine, toRuleRecord } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { labelOf } from '../output/words.ts'
import { findSingleRule } from '../rule-book.ts'
import { readLists } from '../rule-files.ts'
import { columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch explain`. */
export const runExplain = async (given: Given, shell: Shell): Promise<number> => {
  const [name, wanted] = [given.text('rule'), given.text('event')]
  if (name === undefined || wanted === undefined) {
    throw wrong('explain needs --rule and --event', 'deckwatch explain --help shows examples')
  }
  const { rule } = await findSingleRule(
    name,
    given.texts('rules'),
    await readLists(given.texts('lists')),
  )
  const event = await findEvent({ wanted, logs: given.arguments }, given, shell)
  const facts = enrich(event, {
    proxies: ranges(given, 'proxy'),
    clusterRanges: ranges(given, 'cluster-range'),
  })
  const explanation = explainRule(rule, facts)
  await shell.output.write(
    given.text('format') === 'json'
      ? `${jsonLine({ rule: toRuleRecord(rule.ref), event: placeOf(event), ...explanation })}\n`
      : asText(rule, event, explanation, given, shell),
  )
  return explanation.verdict === 'match' ? EXIT.findings : EXIT.nothing
}

function asText(
  rule: CompiledRule,
  event: AuditEvent,
  explanation: Explanation,
  given: Given,
  shell: Shell,
): string {
  const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
  const { file, offset, auditID, stage } = placeOf(event)
  const title = `${palette.strong(labelOf(rule.ref))}  ${escapeTerminal(rule.ref.title)}`
  const place = escapeTerminal(`${file}@${offset}  ${stage}  ${auditID ?? 'no audit id'}`)
  const lines = explanationLines(explanation, columnsOf(shell.output, shell), palette)
  return `${[title, palette.faint(place), '', ...lines].join('\n')}\n`
}

const placeOf = ({ origin, auditID, stage }: AuditEvent) => ({
  file: origin.source.file,
  offset: origin.offset,
  auditID: auditID ?? null,
  stage,
})
