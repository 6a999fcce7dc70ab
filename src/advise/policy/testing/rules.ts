import { compileRules, type RuleSet } from '../../../detect/compile.ts'
import { loadPolicy } from '../../../kubernetes/audit-policy/load/load-policy.ts'
import type { AuditPolicy } from '../../../kubernetes/audit-policy/policy.ts'
import { casesByRule } from '../cases-by-rule.ts'
import type { CoveredRules } from '../coverage.ts'

/** A rule of a name, with the body of its detection: the selections and the condition. */
export const ruleText = (name: string, detection: string): string => `title: ${name}
id: ${name}
name: ${name}
status: test
level: low
tags: [ attack.execution, attack.t1609 ]
logsource: { product: kubernetes, service: audit }
detection:
${detection
  .trim()
  .split('\n')
  .map((line) => `  ${line.trim()}`)
  .join('\n')}
`

/** The set of some rules, which must all be usable. */
export const setOf = (...texts: readonly string[]): RuleSet => {
  const files = texts.map((text, at) => ({ file: `rule-${at}.yaml`, text }))
  const set = compileRules(files)
  if (set.issues.length > 0) throw new Error(set.issues.map(({ message }) => message).join('; '))
  return set
}

/** A rule with cases, ready to be looked at. */
export const covered = (text: string, cases = ''): CoveredRules => {
  const set = setOf(text)
  const files = cases === '' ? [] : [{ rules: 'rule-0.yaml', file: 'cases.yaml', text: cases }]
  return { rules: [...set.rules, ...set.correlations], set, cases: casesByRule(set, files).cases }
}

/** The policy of some rules in YAML; it must be one that an API server starts with. */
export const policyOf = (rules: string, more = ''): AuditPolicy => {
  const text = `apiVersion: audit.k8s.io/v1\nkind: Policy\n${more}\nrules:\n${rules}`
  const { policy, refused } = loadPolicy(Buffer.from(text), 'policy.yaml')
  if (policy === undefined) throw new Error(refused)
  return policy
}

/** Cases that change a plain request for a pod, as YAML. */
export const casesOf = (cases: string): string => `base:
  kind: Event
  apiVersion: audit.k8s.io/v1
  level: RequestResponse
  auditID: 0a4a1c2e-6f5d-4b7a-9c3e-2d1f0b8a7e65
  stage: ResponseComplete
  requestURI: /api/v1/namespaces/shop/pods
  verb: create
  user: { username: alice, groups: [ dev, 'system:authenticated' ] }
  sourceIPs: [ 10.0.0.1 ]
  objectRef: { resource: pods, namespace: shop, name: web, apiVersion: v1 }
  responseStatus: { metadata: {}, code: 201 }
  requestObject: { kind: Pod, apiVersion: v1, metadata: { name: web }, spec: { hostPID: true } }
  responseObject: { kind: Pod, apiVersion: v1, metadata: { name: web }, spec: { hostPID: true } }
  requestReceivedTimestamp: '2026-11-20T22:00:00.000000Z'
  stageTimestamp: '2026-11-20T22:00:01.000000Z'
  annotations: { authorization.k8s.io/decision: allow }
cases:
${cases}`
