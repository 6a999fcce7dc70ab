import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { EventText } from '../../testing/event.ts'
import type { PolicyDecision, PolicyRequest } from '../policy.ts'

/** A policy, and what the Kubernetes packages say of requests under it. */
export interface UpstreamAnswers {
  readonly policy: string
  readonly requests: readonly UpstreamAnswer[]
}

/** One request, by its attributes and by the event that was logged of it. */
export interface UpstreamAnswer {
  readonly http: unknown
  readonly attributes: {
    readonly user: string | null
    readonly groups: readonly string[] | null
    readonly verb: string
    readonly resourceRequest: boolean
    readonly apiGroup: string
    readonly resource: string
    readonly subresource: string
    readonly namespace: string
    readonly name: string
    readonly path: string
  }
  readonly event: EventText
  readonly expect: PolicyDecision & { readonly matching: readonly number[] }
}

const EXCERPT = new URL('../fixtures/policy-eval-excerpt.ndjson', import.meta.url)
const ALL = new URL('../../../../../shared/corpus/upstream/policy-eval.ndjson.gz', import.meta.url)

/** Whether all answers are at hand, and not the excerpt alone. */
export const hasAllAnswers = (): boolean => existsSync(ALL)

/** The answers of the excerpt, or all of them. */
export const upstreamAnswers = (which: 'excerpt' | 'all'): readonly UpstreamAnswers[] =>
  (which === 'excerpt'
    ? readFileSync(EXCERPT, 'utf8')
    : gunzipSync(readFileSync(ALL)).toString('utf8')
  )
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

/** What the policy was asked. */
export const requestOf = ({ attributes }: UpstreamAnswer): PolicyRequest => {
  const { apiGroup: group, resource, subresource, namespace, name } = attributes
  return {
    user:
      attributes.user === null
        ? undefined
        : { name: attributes.user, groups: attributes.groups ?? [] },
    verb: attributes.verb,
    resource: attributes.resourceRequest
      ? { group, resource, subresource, namespace, name }
      : undefined,
    path: attributes.path,
  }
}
