import { escapeTerminal } from '../../base/escape-text.ts'
import type { CompiledRule } from '../../detect/compile.ts'
import { enrich } from '../../enrich/enrich.ts'
import { type AuditEvent, STAGE_RANK } from '../../model/event.ts'
import type { Given } from '../command.ts'
import { type Explanation, explainRule } from '../explanation.ts'
import { ranges, sourceNames, wrong } from '../hunt-request.ts'
import { explanationLines } from '../output/explanation-text.ts'
import { jsonLine, toRuleRecord } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { labelOf } from '../output/words.ts'
import { readEvents } from '../read-events.ts'
import { findSingleRule } from '../rule-book.ts'
import { readLists } from '../rule-files.ts'
import { CommandError, columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

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
  const event = await findEvent(wanted, given, shell)
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

/**
 * The event that the user means. Of several with one audit id the most complete stage is taken; a
 * file with several events needs an offset.
 */
async function findEvent(wanted: string, given: Given, shell: Shell): Promise<AuditEvent> {
  const [, file = wanted, offset] = /^(.+)@(\d+)$/s.exec(wanted) ?? []
  const byId = given.arguments.length > 0
  const accepts = (event: AuditEvent): boolean => {
    if (byId) return event.auditID === wanted
    return offset === undefined || isAt(event, Number(offset))
  }
  const found = await collect(byId ? given.arguments : [file], accepts, given, shell)
  const best = [...found].sort((a, b) => STAGE_RANK[b.stage] - STAGE_RANK[a.stage])[0]
  if (best === undefined) {
    throw new CommandError(
      EXIT.badInput,
      byId || file !== wanted
        ? `there is no event "${wanted}" in ${byId ? 'these logs' : file}`
        : `${file} holds no event, or is no file`,
      'name a file with one event, FILE@OFFSET, or an audit id and the logs to look in',
    )
  }
  if (!byId && offset === undefined && found.length > 1) {
    throw new CommandError(
      EXIT.badInput,
      `${file} holds more than one event`,
      `name one by its place, such as ${file}@${best.origin.offset}, or by audit id and logs`,
    )
  }
  return best
}

async function collect(
  paths: readonly string[],
  accepts: (event: AuditEvent) => boolean,
  given: Given,
  shell: Shell,
): Promise<readonly AuditEvent[]> {
  const found: AuditEvent[] = []
  await readEvents(
    { paths, sources: sourceNames(given), strict: false, signal: shell.signal },
    {
      events: async (events) => {
        for (const event of events) {
          if (accepts(event) && found.length < FOUND_MAX) found.push(event)
        }
      },
      issue: () => {},
    },
  )
  return found
}

/** Enough for the stages of a request, and to know that a file holds several events. */
const FOUND_MAX = 16

const isAt = ({ origin }: AuditEvent, offset: number): boolean =>
  offset >= origin.offset && offset < origin.offset + Math.max(1, origin.length)
