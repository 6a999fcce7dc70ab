import type { Confidence, InferredPolicy, InferredRule } from '../../advise/policy/infer.ts'
import type { Drift, InferredPolicies, PolicyGroup } from '../../advise/policy/infer-drift.ts'
import type { SeenEvent } from '../../advise/policy/infer-requests.ts'
import type { PolicyComments } from '../../kubernetes/audit-policy/load/to-yaml.ts'
import { type Cell, cell, layOut, wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import { sentenceOf } from './policy-text.ts'
import { count, counted, listed } from './words.ts'

/** What logs show of the policy in force: differences first, then each policy. */
export const inferenceText = (
  inferred: InferredPolicies,
  width: number,
  palette: Palette,
): string => {
  const { groups, drift } = inferred
  const sections = [
    ...(inferred.changes.length === 0 ? [] : [changeLines(inferred, width, palette)]),
    ...(drift.length === 0 ? [] : [driftLines(inferred, width, palette)]),
    ...groups
      .filter(({ servers }) => !servers.some((one) => hasChanged(one, inferred)))
      .map((group) => groupLines(group, width, palette)),
    wrap(NEVER_SEEN, width).map(palette.faint),
  ]
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** What to write beside the rules of an inferred policy. */
export const inferComments = ({ servers, inferred }: PolicyGroup): PolicyComments => ({
  about: [
    `Inferred from ${counted(inferred.counts.events, 'event')} of ${serverNames(servers)}${spanWords(inferred)}.`,
    NEVER_SEEN,
    ...inferred.hints.map(
      ({ kind, about }) => `Perhaps None: ${kind} (${about}), which these logs never show.`,
    ),
  ],
  rules: inferred.rules.map((rule) => `${seenWords(rule)}; confidence ${rule.confidence}`),
})

const NEVER_SEEN =
  'What was never seen is not known to be None: nobody may have asked for it. A rule says of ' +
  'requests like those seen what was seen of them.'

const serverNames = (servers: PolicyGroup['servers']): string => {
  const names = servers.map(({ cluster, server }) => `${cluster}/${server}`)
  const more = names.length - SERVERS_NAMED
  return listed(more <= 1 ? names : [...names.slice(0, SERVERS_NAMED), `${count(more)} more`])
}

const SERVERS_NAMED = 5

const spanWords = ({ seconds }: InferredPolicy): string => {
  if (seconds === undefined) return ''
  if (seconds < 120) return ` over ${Math.round(seconds)} s`
  if (seconds < 7_200) return ` over ${Math.round(seconds / 60)} min`
  return seconds < 172_800
    ? ` over ${Math.round(seconds / 3_600)} h`
    : ` over ${Math.round(seconds / 86_400)} days`
}

const seenWords = ({ counts, agreeing, requests }: InferredRule): string => {
  const other = counts.events - agreeing
  return (
    `${counted(counts.events, 'event')} of ${counted(requests, 'kind')} of request` +
    (other === 0 ? '' : `, ${count(other)} of them at another level`)
  )
}

const driftLines = (
  { groups, drift }: InferredPolicies,
  width: number,
  palette: Palette,
): readonly string[] => {
  const head =
    groups.length > 1
      ? palette.bad(`DRIFT: ${counted(groups.length, 'policy', 'policies')} are in force`)
      : palette.strong('PERHAPS DIFFERENT')
  const rows = drift.slice(0, ROWS).flatMap((one) => driftRows(one, palette))
  const clusters = new Set(drift.flatMap((one) => [one.server.cluster, one.otherServer.cluster]))
  const note =
    clusters.size > 1 ? ['  These are logs of several clusters: a difference may be meant.'] : []
  const more =
    drift.length > ROWS ? [`  … and ${counted(drift.length - ROWS, 'more kind')} of request`] : []
  return [head, ...note, ...layOut(COLUMNS, rows, width), ...more.map(palette.faint)]
}

/** What is inferred of a log with two policies is a mixture that never was in force. */
const hasChanged = (
  { cluster, server }: PolicyGroup['servers'][number],
  { changes }: InferredPolicies,
): boolean => changes.some((one) => one.cluster === cluster && one.server === server)

const changeLines = (
  { changes }: InferredPolicies,
  width: number,
  palette: Palette,
): readonly string[] => [
  palette.bad('CHANGED: another policy came into force'),
  ...changes.flatMap(({ cluster, server, after, before, requests, confidence }) =>
    layOut(
      [{}, { flex: true, wrap: 6 }],
      [
        [
          cell(`${cluster}/${server}`, palette.accent),
          cell(
            `between ${after} and ${before}: ${counted(requests, 'kind')} of request ` +
              `${requests === 1 ? 'is' : 'are'} logged at another level since (confidence ` +
              `${confidence}). Ask for one of them: --since ${before} for the later, --until ${before} for ` +
              'the earlier',
          ),
        ],
      ],
      width,
    ),
  ),
]

const ROWS = 10
const COLUMNS = [{}, {}, { align: 'right' }, { flex: true, cut: 'start' }] as const

const driftRows = (one: Drift, palette: Palette): readonly (readonly Cell[])[] => {
  const { server, otherServer, kind, level, otherLevel, events, otherEvents, confidence } = one
  const side = (
    { cluster, server: name }: Drift['server'],
    logged: string,
    many: number,
    example: SeenEvent | undefined,
  ): readonly Cell[] => [
    cell(`  ${cluster}/${name}`),
    cell(logged, palette.strong),
    cell(count(many)),
    cell(example === undefined ? '' : `${example.file}@${example.offset}`, palette.faint),
  ]
  return [
    [
      cell(kind, palette.accent),
      cell(''),
      cell(''),
      cell(`confidence ${confidence}`, palette.faint),
    ],
    side(server, level, events, one.example),
    side(otherServer, otherLevel, otherEvents, one.otherExample),
  ]
}

const groupLines = (
  { servers, inferred }: PolicyGroup,
  width: number,
  palette: Palette,
): readonly string[] => [
  ...wrap(`POLICY OF ${serverNames(servers)}`, width).map(palette.strong),
  ...wrap(
    `as ${counted(inferred.counts.events, 'event')}${spanWords(inferred)} show it`,
    width - 2,
  ).map((line) => `  ${palette.faint(line)}`),
  ...ruleTable(inferred, width, palette),
  ...factLines(inferred, width, palette),
]

const ruleTable = (
  { rules }: InferredPolicy,
  width: number,
  palette: Palette,
): readonly string[] => {
  if (rules.length === 0) return ['  no event says both its level and who asked']
  const head = ['', 'level', 'events', 'sure', 'of'].map((word) => cell(word, palette.faint))
  const rows = rules.map((one, at) => {
    const { rule, counts, confidence } = one
    return [
      cell(String(at + 1)),
      cell(rule.level, palette.strong),
      cell(count(counts.events)),
      cell(confidence, paintOf(confidence, palette)),
      cell(sentenceOf(rule)),
    ]
  })
  const columns = [{ align: 'right' }, {}, { align: 'right' }, {}, { flex: true, wrap: 3 }] as const
  return layOut(columns, [head, ...rows], width)
}

const paintOf = (confidence: Confidence, palette: Palette): Palette['faint'] =>
  confidence === 'high' ? palette.good : confidence === 'medium' ? palette.faint : palette.warning

const factLines = (
  inferred: InferredPolicy,
  width: number,
  palette: Palette,
): readonly string[] => {
  const { stages, managedFields, unexplained, unexplainedEvents, hints } = inferred
  const facts: (readonly [string, string])[] = [
    ...stages.map(
      ({ stage, isOmitted, events, of, confidence }) =>
        [stage, stageWords(isOmitted, events, of, confidence)] as const,
    ),
    ['managedFields', managedWords(managedFields)],
    ...hints.map(
      ({ kind, about, everySeconds }) =>
        [
          'perhaps None',
          `${kind} (${about}): every cluster has that about every ${everySeconds} s, and it was never seen`,
        ] as const,
    ),
    ...unexplained
      .slice(0, ROWS)
      .map(
        ({ request, inferred: level, levels }) =>
          [
            'not explained',
            `${requestWords(request)}: ${levelWords(levels)}, where ${level} was inferred`,
          ] as const,
      ),
    ...(unexplainedEvents === 0
      ? []
      : [
          [
            '',
            `${counted(unexplainedEvents, 'event')} in all: the policy may have changed, or go by what these logs do not show`,
          ] as const,
        ]),
    ...(inferred.untold === 0
      ? []
      : [
          [
            'left out',
            `${counted(inferred.untold, 'event')} that do not say who asked, or no level`,
          ] as const,
        ]),
    ...(inferred.leftOut === 0
      ? []
      : [
          [
            'left out',
            `${counted(inferred.leftOut, 'event')} of more kinds of request than are kept`,
          ] as const,
        ]),
  ]
  const rows = facts.map(([name, text]) => [cell(name, palette.accent), cell(text)])
  return ['', ...layOut([{}, { flex: true, wrap: 3 }], rows, width)]
}

const stageWords = (
  isOmitted: boolean,
  events: number,
  of: number,
  confidence: Confidence,
): string => {
  if (isOmitted)
    return `omitted: none of ${counted(of, 'request')} has it (confidence ${confidence})`
  return events > 0 ? `logged: ${counted(events, 'event')}` : 'nothing seen that should have it'
}

const managedWords = ({ kept, objects }: InferredPolicy['managedFields']): string => {
  if (kept === undefined) return `not known: ${counted(objects, 'object')} in answers`
  return kept ? 'kept' : `omitted: none of ${counted(objects, 'object')} in answers has them`
}

const requestWords = ({
  user,
  verb,
  resource,
  path,
}: InferredPolicy['unexplained'][number]['request']): string => {
  const sub = resource?.subresource ? `/${resource.subresource}` : ''
  const group = resource?.group ? `.${resource.group}` : ''
  const target = resource === undefined ? path : `${resource.resource}${group}${sub}`
  return `${verb} ${target} by ${user?.name ?? 'nobody authenticated'}`
}

const levelWords = (levels: Readonly<Record<string, number>>): string =>
  listed(
    Object.entries(levels)
      .filter(([, events]) => events > 0)
      .map(([level, events]) => `${count(events)} at ${level}`),
  )
