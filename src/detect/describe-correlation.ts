import { LIMIT } from '../base/limit.ts'
import { findField } from '../model/fields.ts'
import type { CorrelatedActs, DecidingField, EventRef, Finding } from '../model/finding.ts'
import type { CorrelationVerdict } from '../sigma/correlate/hit.ts'
import { findingId } from './act.ts'
import type { CompiledCorrelation } from './compile.ts'
import type { Entry, Subject, Traces } from './evidence.ts'
import { FIELD_IN_BRACES } from './summary.ts'
import { timeText } from './time.ts'

/** Identity of a correlation's finding: the rule, the group and where its window began. */
export const correlationFindingId = (
  ruleId: string,
  { key, fromUs }: Pick<CorrelationVerdict, 'key' | 'fromUs'>,
): string => findingId(ruleId, `${key}\n${fromUs}`)

/** The finding that a correlation makes of the acts in its window. There is at least one. */
export const describeCorrelation = (
  { ref, sigma, plan }: CompiledCorrelation,
  verdict: CorrelationVerdict,
  { entries, following, followingCount, untilUs }: Traces,
): Finding => {
  const subjects = entries.map(({ source }) => source.subject)
  const correlation: CorrelatedActs = {
    type: plan.type,
    group: plan.groupBy.map((name, at) => ({ name, value: verdict.hit.group[at] ?? '' })),
    from: timeText(verdict.fromUs),
    to: timeText(verdict.atUs),
    matches: verdict.matches,
    following: followingCount,
    until: timeText(untilUs),
    rules: plan.slots.map(({ rule }) => rule),
  }
  const claim = sentence(sigma.custom.summary, sigma.title, correlation, subjects)
  const fields = fieldsOf(
    correlation,
    plan.slots.map(({ groupBy }) => groupBy),
  )
  const because = fields.map(({ name, value }) => `${name} = ${value === '' ? '""' : value}`)
  const decided = because.length === 0 ? '' : ` In common: ${because.join('; ')}.`
  return {
    ...joined(subjects),
    id: correlationFindingId(ref.id, verdict),
    time: correlation.to,
    rule: ref,
    reason: `${claim}.${decided}${wentOn(correlation)}`,
    fields,
    events: eventsOf([...entries, ...following]),
    correlation,
  }
}

const wentOn = ({ following, until }: CorrelatedActs): string =>
  following === 0 ? '' : ` It went on until ${until}: ${following} more.`

/** What all subjects have in common; of the rest that there are several. */
const joined = (
  subjects: readonly Subject[],
): Pick<Finding, 'cluster' | 'server' | 'actor' | 'target' | 'outcome'> => {
  const last = subjects.at(-1)
  if (last === undefined) throw new Error('bug: a correlation without acts')
  const { actor } = last
  const same = <T>(of: (subject: Subject) => T): boolean =>
    subjects.every((subject) => of(subject) === of(last))
  const sameOr = <T>(of: (subject: Subject) => T): T | undefined =>
    same(of) ? of(last) : undefined
  const actors = new Set(subjects.map((subject) => subject.actor.name))
  return {
    cluster: last.cluster,
    server: last.server,
    actor: {
      name: actors.size === 1 ? actor.name : `(${actors.size} identities)`,
      kind: actor.kind,
      impersonator: sameOr((subject) => subject.actor.impersonator),
      peer: sameOr((subject) => subject.actor.peer),
      userAgent: sameOr((subject) => subject.actor.userAgent),
    },
    target: {
      verb: sameOr((subject) => subject.target.verb) ?? several(subjects, ({ verb }) => verb),
      resource:
        sameOr((subject) => subject.target.resource) ??
        several(subjects, ({ resource }) => resource),
      namespace: sameOr((subject) => subject.target.namespace),
      name: same((subject) => subject.target.namespace)
        ? sameOr((subject) => subject.target.name)
        : undefined,
    },
    outcome: sameOr((subject) => subject.outcome),
  }
}

/** A few of them are named, the rest is not. */
const several = (
  subjects: readonly Subject[],
  of: (target: Subject['target']) => string,
): string => {
  const names = [...new Set(subjects.map(({ target }) => of(target)))]
  const more = names.length > NAMED_MAX ? ',…' : ''
  return `${names.slice(0, NAMED_MAX).join(',')}${more}`
}

const NAMED_MAX = 4

const sentence = (
  template: unknown,
  title: string,
  correlation: CorrelatedActs,
  subjects: readonly Subject[],
): string => {
  if (typeof template !== 'string') return title.replace(/[.\s]*$/, '')
  const filled = template
    .split(FIELD_IN_BRACES)
    .map((part, i) => (i % 2 === 0 ? part : spoken(part, correlation, subjects)))
    .join('')
  return filled.replace(/[.\s]*$/, '')
}

/** What a name in braces says; `CORRELATION_NAMES` and the parts of the group. */
const spoken = (
  name: string,
  correlation: CorrelatedActs,
  subjects: readonly Subject[],
): string => {
  switch (name) {
    case 'count':
      return String(correlation.matches)
    case 'timespan':
      return durationText(Date.parse(correlation.to) - Date.parse(correlation.from))
    case 'targets':
      return targetsOf(subjects)
    case 'from':
      return correlation.from
    case 'to':
      return correlation.to
    default: {
      const value = correlation.group.find((part) => part.name === name)?.value
      return value === undefined || value === '' ? '-' : value
    }
  }
}

const targetsOf = (subjects: readonly Subject[]): string => {
  const names = [
    ...new Set(
      subjects.map(({ target: { namespace, name, resource } }) => {
        if (name === undefined)
          return namespace === undefined ? resource : `${resource} in ${namespace}`
        return namespace === undefined ? name : `${namespace}/${name}`
      }),
    ),
  ]
  const more = names.length - NAMED_MAX
  const shown = names.slice(0, NAMED_MAX).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}

/** `90 s`, `12 min`, `3 h`: to read, not to compute with. */
const durationText = (ms: number): string => {
  const seconds = ms / 1000
  if (seconds < 1) return 'less than a second'
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}

/** The group, as the fields that decided. An alias is trusted as its least trusted field is. */
const fieldsOf = (
  { group }: CorrelatedActs,
  groupBys: readonly (readonly string[])[],
): readonly DecidingField[] =>
  group.map(({ name, value }, at) => {
    const trusts = groupBys.map((fields) => findField(fields[at] ?? '')?.field.trust ?? 'anyone')
    const trust = TRUSTS.find((one) => trusts.includes(one)) ?? 'anyone'
    return { name, value, trust }
  })

const TRUSTS = ['anyone', 'client', 'server'] as const

const eventsOf = (entries: readonly Entry[]): readonly EventRef[] => {
  const events = new Map<string, EventRef>()
  for (const { source } of entries) {
    for (const event of source.events) {
      if (events.size >= LIMIT.correlationEventsMax) return [...events.values()]
      events.set(event.id, event)
    }
  }
  return [...events.values()]
}
