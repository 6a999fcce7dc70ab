import { stringify } from 'yaml'
import type { Scalar } from '../../base/truth.ts'
import type { Facts } from '../../model/facts.ts'
import { casesText, type Made } from './cases-text.ts'
import { type Proposal, type ProposedTest, propose } from './proposal.ts'

/** What a new rule is made of. */
export interface ScaffoldRequest {
  /** In kebab-case: the name of the file. */
  readonly name: string
  /** A new UUID. */
  readonly id: string
  /** YYYY-MM-DD. */
  readonly date: string
  /** Such as B01. */
  readonly detection: string | undefined
  /** Short name of a tactic of ATT&CK. */
  readonly tactic: string | undefined
  /** The event that the rule is to find. */
  readonly facts: Facts
}

/** The two files of a new rule. */
export interface Scaffold {
  readonly rule: string
  readonly cases: string
}

/** Makes a rule for an event, with cases of the four kinds. `TODO` marks what its author knows. */
export const scaffold = (request: ScaffoldRequest): Scaffold => {
  const proposal = propose(request.facts)
  const made = madeBy(request.facts)
  return {
    rule: ruleText(request, proposal, made),
    cases: casesText(request.facts.event, proposal, made),
  }
}

/** A rule that is made from what was refused must not leave out what was refused. */
const madeBy = ({ outcome }: Facts): Made => {
  if (outcome === 'dry-run') return 'dry run'
  return outcome === 'denied' || outcome === 'failed' ? 'attempt' : 'done'
}

/** What the rule leaves out, with the reason. */
const UNDONE: Readonly<Record<Made, readonly [why: string, outcomes: string]>> = {
  done: ['What was refused, or a dry run, did not happen.', '[denied, dry-run]'],
  attempt: ['A dry run tries nothing.', 'dry-run'],
  'dry run': ['What was refused was no dry run.', 'denied'],
}

const ruleText = (request: ScaffoldRequest, proposal: Proposal, made: Made): string => {
  const { name, id, date, detection, tactic, facts } = request
  const tags = [
    ...(tactic === undefined ? [] : [`  - attack.${tactic}`]),
    ...(detection === undefined ? [] : [`  - detection.${detection.toLowerCase()}`]),
  ]
  const controllers = facts.actor.builtin
    ? []
    : [
        '  # The control plane and its own controllers.',
        '  controllers:',
        '    actor.builtin: true',
      ]
  const [why, outcomes] = UNDONE[made]
  const asked = proposal.sets.length > 0 ? 'what and sets' : 'what'
  const condition = [asked, 'undone', ...(controllers.length > 0 ? ['controllers'] : [])]
  return `${[
    `title: ${titleOf(name)}`,
    `id: ${id}`,
    'status: experimental',
    'description: |',
    '  TODO: what somebody did, and why it matters.',
    'author: TODO',
    `date: ${date}`,
    ...(tags.length === 0 ? ['# tags: [attack.execution, attack.t1609]'] : ['tags:', ...tags]),
    'logsource:',
    '  product: kubernetes',
    '  service: audit',
    'detection:',
    '  what:',
    ...proposal.tests.map((test) => `    ${testText(test)}`),
    ...setsText(proposal),
    `  # ${why}`,
    '  undone:',
    `    outcome: ${outcomes}`,
    ...controllers,
    `  condition: ${condition.join(' and not ')}`,
    ...seenText(proposal),
    'falsepositives:',
    '  - TODO, who does the same honestly',
    'level: medium',
    `summary: '${summaryOf(facts)}'`,
    'next: |',
    '  TODO: what to look at next.',
  ].join('\n')}\n`
}

/** What the patch sets; another patch of the same object may set anything. */
const setsText = ({ sets }: Proposal): readonly string[] => {
  if (sets.length === 0) return []
  const about = '  # What this patch sets; keep what matters, or drop it.'
  return [about, '  sets:', ...sets.map((test) => `    ${testText(test)}`)]
}

const titleOf = (name: string): string => {
  const words = name.replaceAll('-', ' ')
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`
}

const summaryOf = ({ request }: Facts): string =>
  request.resource === undefined
    ? '{actor.name} asked for {request.path}'
    : '{actor.name}: {verb} {request.resource}[ {target}]'

const testText = ({ field, values }: ProposedTest): string => {
  const written = values.map(literal)
  const [only] = written
  return `${field}: ${inline(written.length === 1 ? only : written)}`
}

/** Text that stands for itself: wildcards lose their meaning. */
const literal = (value: Scalar): Scalar =>
  typeof value === 'string' ? value.replace(/[\\*?]/g, '\\$&') : value

/** On one line whatever the text holds: it is the client's. What is odd is written as JSON. */
const inline = (value: unknown): string => {
  const json = JSON.stringify(value)
  if (ODD.test(json) || /\\[bfnrtu]/.test(json)) return json.replace(ODD_ALL, escaped)
  return stringify(value, {
    collectionStyle: 'flow',
    flowCollectionPadding: false,
    lineWidth: 0,
  }).trimEnd()
}

/** Not printable, and not escaped in JSON. */
const ODD = /[\x7f-\x9f\p{C}\p{Zl}\p{Zp}]/u
const ODD_ALL = new RegExp(ODD, 'gu')

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => {
    return `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`
  }).join('')

/** As comments: each can become a test. Values are JSON, so that none ends its line. */
const seenText = ({ seen }: Proposal): readonly string[] => {
  if (seen.length === 0) return []
  const rows = seen.map(({ field, value, trust }) => {
    const who = trust === 'server' ? 'the API server decides' : 'the client decides'
    return `  # ${field}: ${shortened(value)} (${who})`
  })
  return ['  # What else the event says, for you to choose from:', ...rows]
}

const LINE_MAX = 70

const shortened = (text: string): string => {
  const visible = text.replace(/[^\x20-\x7e]/g, '.')
  return visible.length > LINE_MAX ? `${visible.slice(0, LINE_MAX)}…` : visible
}
