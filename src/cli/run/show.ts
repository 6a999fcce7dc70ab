import { LIMIT } from '../../base/limit.ts'
import { toCanonical } from '../../decode/canonical.ts'
import { compileRules } from '../../detect/compile.ts'
import { enrich } from '../../enrich/enrich.ts'
import { type AuditEvent, STAGE_RANK } from '../../model/event.ts'
import type { EventRef, Finding } from '../../model/finding.ts'
import type { HuntOptions } from '../../pipeline/hunt-options.ts'
import { hunt } from '../../pipeline/pipeline.ts'
import { Around } from '../around.ts'
import type { Given } from '../command.ts'
import { explainRule } from '../explanation.ts'
import { logOptions, wrong } from '../hunt-request.ts'
import { jsonLine, toFindingRecord, toRuleGuideRecord } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { type ShownFinding, shownFindingText } from '../output/shown-finding.ts'
import { openProgress } from '../progress.ts'
import { readEvents } from '../read-events.ts'
import { guidesOf } from '../rule-guides.ts'
import { CommandError, columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch show`. */
export const runShow = async (given: Given, shell: Shell): Promise<number> => {
  const [id = '', ...paths] = given.arguments
  if (paths.includes('-')) {
    throw wrong('show reads the logs twice, and the standard input can be read once', 'give a file')
  }
  const spanMs = spanOf(given.text('around'))
  const options = await logOptions(given, paths)
  const finding = await findFinding(id, options, shell)
  const shown = await readWhole(finding, options, spanMs, shell)
  if (given.text('format') === 'json') await shell.output.write(asJson(shown))
  else {
    const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
    await shell.output.write(shownFindingText(shown, columnsOf(shell.output, shell), palette))
  }
  return shell.signal.aborted ? EXIT.interrupted : EXIT.findings
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 }

function spanOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, digits, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (digits === undefined) {
    throw wrong(`--around "${text}" is no span of time`, 'write it as 90s, 10m, 2h or 1d')
  }
  return Number(digits) * (UNIT_MS[unit] ?? 0)
}

async function findFinding(id: string, options: HuntOptions, shell: Shell): Promise<Finding> {
  const progress = openProgress(shell, () => performance.now())
  const { findings } = await hunt(options, { progress: progress.show }, shell.signal)
  progress.clear()
  const found = findings.filter((finding) => finding.id.startsWith(id.toLowerCase()))
  const [first, second] = found
  if (first !== undefined && second === undefined) return first
  if (first === undefined) {
    throw new CommandError(
      EXIT.badInput,
      `there is no finding "${id}" in these logs`,
      'give the same paths, names and rules as to the hunt that showed it',
    )
  }
  const ids = found.slice(0, LIMIT.textRowsMax).map((one) => one.id.slice(0, id.length + 8))
  throw new CommandError(
    EXIT.badInput,
    `${found.length} findings begin with "${id}": ${ids.join(', ')}`,
    'give more of the id',
  )
}

async function readWhole(
  finding: Finding,
  options: HuntOptions,
  spanMs: number | undefined,
  shell: Shell,
): Promise<ShownFinding> {
  const around = spanMs === undefined ? undefined : new Around(finding, spanMs)
  const events: AuditEvent[] = []
  const files = new Set(finding.events.map((event) => event.file.split('!')[0]))
  await readEvents(
    {
      paths: options.paths,
      sources: options.sources,
      strict: false,
      signal: shell.signal,
      only: (input) => around !== undefined || files.has(input.path),
    },
    {
      events: async (read) => {
        for (const event of read) {
          around?.add(event)
          if (finding.events.some((one) => isSame(one, event))) events.push(event)
        }
      },
      issue: () => {},
    },
  )
  return {
    finding,
    stages: finding.events.flatMap((ref) => {
      const event = events.find((one) => isSame(ref, one))
      return event === undefined ? [] : [{ ref, event: toCanonical(event) }]
    }),
    ...explain(finding, events, options),
    around: around === undefined ? undefined : { deeds: around.deeds(), more: around.more },
  }
}

const isSame = (ref: EventRef, { origin, stage, auditID }: AuditEvent): boolean =>
  ref.offset === origin.offset &&
  ref.length === origin.length &&
  ref.file === origin.source.file &&
  ref.stage === stage &&
  (ref.auditID === undefined || (auditID ?? '').startsWith(ref.auditID))

/** The most complete stage decides the verdict, so it is the one to explain. */
function explain(
  { rule }: Finding,
  events: readonly AuditEvent[],
  options: HuntOptions,
): Pick<ShownFinding, 'explanation' | 'guide'> {
  const book = compileRules(options.rules, options.lists)
  const compiled = book.rules.find((one) => one.ref.id === rule.id)
  const guide = guidesOf([...book.rules, ...book.correlations, ...book.sourceRules]).get(rule.id)
  const best = [...events].sort((a, b) => STAGE_RANK[b.stage] - STAGE_RANK[a.stage])[0]
  if (compiled === undefined || best === undefined) return { explanation: undefined, guide }
  return { explanation: explainRule(compiled, enrich(best, options)), guide }
}

function asJson({ finding, stages, explanation, guide, around }: ShownFinding): string {
  const record = {
    finding: toFindingRecord(finding),
    rule: toRuleGuideRecord(finding.rule, guide),
    stages: stages.map(({ ref, event }) => ({ id: ref.id, event })),
    explanation: explanation ?? null,
    around: around ?? null,
  }
  return `${jsonLine(record)}\n`
}
