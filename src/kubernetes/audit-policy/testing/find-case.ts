import type { Case } from '../../testing/cases.ts'
import type { PolicyRequest, RequestedResource } from '../policy.ts'
import { requestsThatDiffer } from '../policy-diff.ts'
import { isPossible } from '../possible-request.ts'
import { scopeOf } from '../request-scope.ts'
import { targetOf } from '../request-target.ts'
import { requestDecidedBy, shadowOf } from '../shadow.ts'
import { type PolicyText, policyFrom } from './case-text.ts'

/** Among which requests each request of a case counts: `existing`, `any`, or `none`. */
export const possible = ({ input }: Case): readonly string[] =>
  ((input?.requests ?? []) as readonly RequestText[]).map((text) => {
    const request = requestFrom(text)
    if (isPossible(request, 'existing')) return 'existing'
    return isPossible(request, 'any') ? 'any' : 'none'
  })

/** What a rule of a policy (from 0) decides, or why it decides nothing. */
export const found = ({ input }: Case): unknown => {
  const policy = policyFrom(input?.policy as PolicyText)
  const rule = input?.rule as number
  if (rule < 0) return shownRequest(requestDecidedBy(policy, rule))
  const shadow = shadowOf(policy, rule)
  return shadow.kind === 'decides'
    ? { kind: shadow.kind, ...shownRequest(shadow.request) }
    : { ...shadow }
}

/** What two policies log differently, by pairs of rules. */
export const differing = ({ input }: Case): unknown => {
  const [old, now] = [input?.old, input?.new].map((text) => policyFrom(text as PolicyText))
  if (old === undefined || now === undefined) throw new Error('a case has an old and a new policy')
  const { differences, remote, untold } = requestsThatDiffer(old, now)
  return {
    differences: differences.map(({ before, after, request, wanted }) => ({
      rules: [before.rule, after.rule],
      ...{ before, after, scope: scopeOf(wanted), ...shownRequest(request) },
    })),
    remote: remote && shownRequest(remote.request),
    untold,
  }
}

/** A request by its attributes; those that a case leaves out are ordinary. */
interface RequestText {
  readonly user?: { readonly name: string; readonly groups: readonly string[] } | null
  readonly verb?: string
  readonly resource?: Partial<RequestedResource>
  readonly path?: string
}

const requestFrom = ({ user, verb, resource, path }: RequestText): PolicyRequest => ({
  user: user === null ? undefined : (user ?? { name: 'alice', groups: ['system:authenticated'] }),
  verb: verb ?? 'get',
  resource:
    path === undefined
      ? { group: '', resource: 'pods', subresource: '', namespace: 'ci', name: 'web', ...resource }
      : undefined,
  path: path ?? '',
})

const shownRequest = (request: ReturnType<typeof requestDecidedBy>): Record<string, unknown> => {
  if (request === undefined || request === 'unknown') return { request }
  const { method, target } = targetOf(request)
  return { user: request.user, line: `${method} ${target}` }
}
