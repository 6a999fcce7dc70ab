import { CANNOT_TELL, type FieldValue, type Scalar } from '../../base/truth.ts'
import { redactField, redactText } from '../../decode/redact.ts'
import { factsAccess } from '../../detect/schema.ts'
import { PART } from '../../model/blindness.ts'
import type { Facts } from '../../model/facts.ts'
import { FIELDS, type Field, partBehind, type Trust } from '../../model/fields.ts'
import { bodyTests as nativeTests } from './body-tests.ts'

/** One field and the values to ask for. */
export interface ProposedTest {
  readonly field: string
  readonly values: readonly [Scalar, ...Scalar[]]
}

/** What a rule for an event could ask: fields that the API server, or its object, decides. */
export interface Proposal {
  readonly tests: readonly ProposedTest[]
  /** Whether it looks into what was submitted, wherever that sits. */
  readonly ofBody: boolean
  /** What a patch sets, where no field of our own says it: to be asked besides. */
  readonly sets: readonly ProposedTest[]
  /** Everything else that the event says and nobody can forge, to choose from. */
  readonly seen: readonly Seen[]
}

/** Something that an event says, as JSON, and who decides it. */
export interface Seen {
  readonly field: string
  readonly value: string
  readonly trust: Trust
}

/** Proposes what to ask, from what an event says. */
export const propose = (facts: Facts): Proposal => {
  const read = FIELDS.filter(({ trust }) => trust !== 'anyone').flatMap((field) => {
    const values = valuesOf(field, facts)
    return values.length === 0 ? [] : [{ field, values }]
  })
  const body = [...bodyTests(read), ...grantTests(facts)]
  const tests = [...(body.length > 0 ? body : requestTests(facts)), ...strangerTests(facts)]
  const isSaid = read.some(({ field, values }) => isOfBody(field) && values.some(saysSomething))
  const native = isSaid ? [] : nativeTests(facts)
  const isPatch = facts.event.verb === 'patch' && facts.event.requestObject !== undefined
  return {
    tests,
    ofBody: body.length > 0,
    sets: isPatch ? native.map(({ field, value }) => ({ field, values: [value] })) : [],
    seen: [
      ...seenIn(read, facts, new Set(tests.map(({ field }) => field))),
      ...(isPatch ? [] : native).map(({ field, value }): Seen => {
        return { field, value: JSON.stringify(value), trust: 'client' }
      }),
    ],
  }
}

const isOfBody = (field: Field): boolean =>
  (partBehind(field) & (PART.requestObject | PART.responseObject)) !== 0

const saysSomething = (value: Scalar): boolean => value !== false && value !== ''

const seenIn = (read: readonly Read[], facts: Facts, asked: ReadonlySet<string>): readonly Seen[] =>
  read
    .filter(({ field }) => !asked.has(field.name) && !NOISE.test(field.name))
    .filter(({ values }) => values.some(saysSomething))
    .map(({ field, values }) => {
      const shown = values.map((value) => masked(facts, field, value))
      return { field: field.name, value: JSON.stringify(few(shown)), trust: field.trust }
    })

interface Read {
  readonly field: Field
  readonly values: readonly Scalar[]
}

/** What says nothing about what happened. */
const NOISE = /^(?:level|stage|requestURI|verb|objectRef\.|.*Timestamp|user\.uid|responseStatus\.)/

const masked = (facts: Facts, { name }: Field, value: Scalar): Scalar =>
  typeof value === 'string' ? redactField(facts.event, name, value) : value

/** More than these help nobody to choose. */
const VALUES_SHOWN = 4

const few = (values: readonly Scalar[]): Scalar | readonly Scalar[] => {
  const [only = null] = values
  return values.length === 1 ? only : values.slice(0, VALUES_SHOWN)
}

const valuesOf = (field: Field, facts: Facts): readonly Scalar[] => {
  if (field.kind === 'path') return []
  if (field.kind === 'value') return known(factsAccess.value(field.name)(facts))
  const elements = factsAccess.elements(field.group)(facts)
  if (elements === undefined || elements === CANNOT_TELL) return []
  const read = factsAccess.elementValue(field.name)
  return [...new Set(elements.flatMap((element) => known(read(element))))]
}

const known = (value: FieldValue): readonly Scalar[] => {
  if (value === undefined || value === null || typeof value === 'symbol') return []
  // What is left is one scalar, or a list of them.
  return Array.isArray(value) ? value : [value as Scalar]
}

/** Switches of a submitted object that are on because somebody turned them on. */
const SWITCHES =
  /^pod\.(?:host(?:Network|PID|IPC)|shareProcessNamespace|containers\[\]\.privileged)$/

/** Values of a submitted object that say what it is for, the most telling first. */
const TELLING = [
  'binding.role.name',
  'csr.signerName',
  'service.type',
  'pod.volumes[].hostPath',
  'pod.containers[].capabilitiesAdded',
]

const bodyTests = (read: readonly Read[]): readonly ProposedTest[] => {
  const on = read.filter(({ field, values }) => SWITCHES.test(field.name) && values.includes(true))
  // A switch of a container is asked alone: in an ephemeral one those of the pod cannot be set.
  const [inContainer] = on.filter(({ field }) => field.kind === 'element')
  const chosen = inContainer === undefined ? on : [inContainer]
  if (chosen.length > 0) return chosen.map(({ field }) => ({ field: field.name, values: [true] }))
  const telling = TELLING.flatMap((name) => read.filter(({ field }) => field.name === name))
  const [first] = telling
  return first === undefined ? [] : testOf(first.field.name, first.values)
}

/** One rule of a role: of several the first, for the author to look at. */
const grantTests = ({ grantRules }: Facts): readonly ProposedTest[] => {
  if (grantRules === undefined || grantRules === CANNOT_TELL) return []
  const first = grantRules.find(({ resources }) => known(resources).length > 0)
  if (first === undefined) return []
  return [
    ...testOf('grant.rules[].verbs', known(first.verbs)),
    ...testOf('grant.rules[].resources', known(first.resources)),
  ]
}

/** That nobody knows who it was is most of what there is to say. */
const strangerTests = ({ actor }: Facts): readonly ProposedTest[] =>
  actor.kind === 'anonymous' || actor.kind === 'unauthenticated'
    ? testOf('actor.kind', [actor.kind])
    : []

const testOf = (field: string, values: readonly Scalar[]): readonly ProposedTest[] => {
  const [first, ...others] = values
  return first === undefined ? [] : [{ field, values: [first, ...others] }]
}

/** Verbs that are ways to do the same. */
const SIBLINGS: readonly (readonly string[])[] = [
  ['create', 'update', 'patch'],
  ['delete', 'deletecollection'],
  ['list', 'watch'],
]

const requestTests = ({ request, event }: Facts): readonly ProposedTest[] => {
  const { resource, apiGroup, path } = request
  if (resource === undefined)
    return path === undefined ? [] : testOf('request.path', [redactText(path)])
  const isSession = /\/(?:exec|attach|portforward|proxy)$/.test(resource)
  const siblings = SIBLINGS.find((verbs) => verbs.includes(event.verb))
  const verbs = resource.includes('/') ? [event.verb] : (siblings ?? [event.verb])
  return [
    ...testOf('request.resource', [resource]),
    ...(apiGroup === undefined || apiGroup === '' ? [] : testOf('request.apiGroup', [apiGroup])),
    ...(isSession ? [] : testOf('verb', verbs)),
  ]
}
