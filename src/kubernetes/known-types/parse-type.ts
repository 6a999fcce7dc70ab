import { assert } from '../../base/assert.ts'

/** A resource or subresource that an API server may serve. Versions of the API play no part. */
export interface KnownType {
  /** The core group is the empty text. */
  readonly group: string
  /** The plural, as in a URL. */
  readonly resource: string
  /** Empty for the resource itself. */
  readonly subresource: string
  readonly namespaced: boolean
  /** The verbs that an API server answers. */
  readonly verbs: readonly string[]
  /** The first minor release of 1.x that has it; undefined: all that are known here. */
  readonly since: number | undefined
  /** The last minor release of 1.x that has it; undefined: it still is there. */
  readonly until: number | undefined
}

/** The verbs that read objects. */
export const READS: readonly string[] = ['get', 'list', 'watch']

/** The verbs that change objects. */
export const CHANGES: readonly string[] = [
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
]

/** The verbs of resource requests. Upstream: kubernetes/apiserver pkg/endpoints/request. */
export const RESOURCE_VERBS: readonly string[] = [...READS, ...CHANGES]

/**
 * Reads a row of the tables: `NAME[/SUBRESOURCE] namespaced|cluster [VERBS] [SINCE-[UNTIL]]`, where
 * VERBS is `all` or some with commas, and stands for all when absent.
 */
export const parseType = (group: string, row: string): KnownType => {
  const [path = '', scope, verbs = 'all', span = ''] = row.split(' ')
  const [resource = '', subresource = ''] = path.split('/')
  assert(scope === 'namespaced' || scope === 'cluster', `a row says where: ${row}`)
  const [since = '', until = ''] = span.split('-')
  return {
    ...{ group, resource, subresource },
    namespaced: scope === 'namespaced',
    verbs: verbs === 'all' ? RESOURCE_VERBS : verbs.split(','),
    since: since === '' ? undefined : Number(since),
    until: until === '' ? undefined : Number(until),
  }
}
