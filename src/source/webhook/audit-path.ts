/** The cluster and API server that a path names. */
export interface NamedSource {
  readonly cluster: string
  readonly server: string
}

/**
 * What the target of a request names: `/audit/CLUSTER/SERVER`, each name percent-decoded once. The
 * query is ignored, for the API server adds `?timeout=30s`. Undefined for everything else: what is
 * decoded is checked afterwards, and nothing is normalised, so no second reading of a path exists.
 */
export const parseAuditPath = (target: string): NamedSource | undefined => {
  const [, first = '', second = ''] = PATH.exec(target) ?? []
  const cluster = decodeName(first)
  const server = decodeName(second)
  return cluster === undefined || server === undefined ? undefined : { cluster, server }
}

/** Whether a text can be the name of a cluster or of an API server. */
export const isSourceName = (name: string): boolean =>
  name.length <= NAME_CHARACTERS_MAX && NAME.test(name) && !name.includes('..')

const PATH = /^\/audit\/([^/?#]+)\/([^/?#]+)(?:\?.*)?$/s

/** Like a name in DNS, and with the underscores and capitals that names of clusters have. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/

/** As in DNS. */
const NAME_CHARACTERS_MAX = 253

function decodeName(text: string): string | undefined {
  const name = decodeOnce(text)
  return name !== undefined && isSourceName(name) ? name : undefined
}

function decodeOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
