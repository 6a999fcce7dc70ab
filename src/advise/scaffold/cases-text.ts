import { stringify } from 'yaml'
import type { Scalar } from '../../base/truth.ts'
import { toCanonical } from '../../decode/canonical.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Proposal } from './proposal.ts'

/** What came of the request that a rule is made from: what the rule must not leave out. */
export type Made = 'done' | 'attempt' | 'dry run'

/** A file of cases for a rule made from an event: the event as it is, and changed three ways. */
export const casesText = (event: AuditEvent, proposal: Proposal, made: Made): string => {
  const base = { level: 'Metadata', ...toCanonical(event) }
  const cases = [
    { title: 'as it was logged', kind: 'match' },
    ...bypasses(event, proposal),
    made === 'attempt' ? elsewhere(event, proposal) : refused(event),
    unseen(base),
  ]
  return `${[
    '# deckwatch rule test runs these. Secrets in the event are masked.',
    yaml({ base }),
    ...(proposal.tests.some(({ field }) => OF_POD.test(field))
      ? [yaml({ mutants: OF_POD_ONLY })]
      : []),
    '# match and bypass must match, near-miss must not, and blind cannot be told.',
    yaml({ cases }),
  ].join('\n')}`
}

const OF_POD = /^pod\.(?!containers)/
const OF_POD_ONLY = {
  skip: ['ephemeral-container'],
  because: 'An ephemeral container cannot ask for this; only the pod can, when it is created.',
}

const yaml = (value: unknown): string => stringify(value, { lineWidth: 0 })

interface WrittenCase {
  readonly title: string
  readonly kind: string
  readonly reason?: string
  readonly set?: Readonly<Record<string, unknown>>
  readonly unset?: readonly string[]
}

const OTHER_VERBS: Readonly<Record<string, string>> = {
  create: 'patch',
  update: 'patch',
  patch: 'update',
  delete: 'deletecollection',
  deletecollection: 'delete',
  list: 'watch',
  watch: 'list',
}

/** The same by another way, and under a false flag. */
const bypasses = (event: AuditEvent, { tests, ofBody }: Proposal): readonly WrittenCase[] => {
  const agent = 'kubelet/v1.36.3 (linux/amd64) kubernetes/0000000'
  const forged = { title: 'the client calls itself a kubelet', kind: 'bypass' }
  const other = OTHER_VERBS[event.verb]
  const verbs: readonly Scalar[] = tests.find(({ field }) => field === 'verb')?.values ?? []
  const byAnother: readonly WrittenCase[] =
    ofBody || other === undefined || !verbs.includes(other)
      ? []
      : [
          {
            ...{ title: `by another verb, ${other}`, kind: 'bypass', set: { '/verb': other } },
            // All of a kind have no name.
            ...(other === 'deletecollection' && event.objectRef?.name !== undefined
              ? { unset: ['/objectRef/name'] }
              : {}),
          },
        ]
  return [{ ...forged, set: { '/userAgent': agent } }, ...byAnother]
}

const refused = (event: AuditEvent): WrittenCase => ({
  title: 'access control refused it',
  kind: 'near-miss',
  set: {
    '/responseStatus': { metadata: {}, status: 'Failure', reason: 'Forbidden', code: 403 },
    '/annotations/authorization.k8s.io~1decision': 'forbid',
  },
  ...(event.responseObject === undefined ? {} : { unset: ['/responseObject'] }),
})

/** A rule that counts attempts needs another kind of near miss: another request. */
const elsewhere = (event: AuditEvent, { tests, ofBody }: Proposal): WrittenCase => {
  const title = 'TODO, what looks like it and is not it'
  const asksVerb = tests.some(({ field }) => field === 'verb')
  if (asksVerb || ofBody) {
    const verb = ['list', 'watch', 'get'].includes(event.verb) ? 'delete' : 'get'
    return { title, kind: 'near-miss', set: { '/verb': verb } }
  }
  if (event.objectRef === undefined) {
    return { title, kind: 'near-miss', set: { '/requestURI': '/livez' } }
  }
  const requestURI = (event.requestURI ?? '').replace(/\/[a-z]+(?:\?.*)?$/s, '')
  return {
    ...{ title, kind: 'near-miss', set: { '/requestURI': requestURI } },
    unset: ['/objectRef/subresource'],
  }
}

const LATE = ['responseStatus', 'annotations', 'requestObject', 'responseObject']

const unseen = (base: Readonly<Record<string, unknown>>): WrittenCase => ({
  title: 'only the arrival is logged, so nobody knows what came of it',
  kind: 'blind',
  reason: 'stage',
  set: { '/stage': 'RequestReceived' },
  unset: LATE.filter((key) => base[key] !== undefined).map((key) => `/${key}`),
})
