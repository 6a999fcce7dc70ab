/** The auditID of a canary begins so; what watches for them goes by it, and by nothing else. */
export const CANARY_PREFIX = 'deckwatch-canary-'

/**
 * A body with one event that is no act of anyone and says so, as an API server would send it.
 * `id` is its auditID, `now` RFC 3339 with microseconds.
 */
export const canaryBody = (id: string, now: string): string =>
  JSON.stringify({
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    metadata: {},
    items: [
      {
        ...{ level: 'Metadata', auditID: id, stage: 'ResponseComplete' },
        ...{ requestURI: '/deckwatch/canary', verb: 'get' },
        user: { username: 'deckwatch-canary' },
        userAgent: 'deckwatch source check',
        responseStatus: { metadata: {}, code: 200 },
        ...{ requestReceivedTimestamp: now, stageTimestamp: now },
        annotations: { 'deckwatch/canary': 'sent by deckwatch source check; nothing happened' },
      },
    ],
  })

/** A request that changes nothing, and that every authenticated user may make about himself. */
export const SELF_REVIEW: { readonly path: string; readonly body: string } = {
  path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  body: JSON.stringify({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb: 'get', resource: 'namespaces', name: 'deckwatch-canary' } },
  }),
}
